#pragma once

#include "engine/analyses/text/unembedding.hpp"
#include "host/questions/question.hpp"

namespace gramian::questions {

/// Next-token probabilities of hidden states.
struct Unembed {
  std::string matrix;
  std::string hidden;
  std::optional<int64_t> k;
  UnembeddingSettings wanted;  // its k is that of above
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  /// Predictions of m states, m x k.
  struct Answer {
    const Input* input = nullptr;
    const Input* states = nullptr;
    bool normalized = false;
    int64_t k = 0;
    std::vector<int64_t> rows;  // in the matrix
    std::vector<double> probabilities;
    std::vector<double> logits;
    std::vector<double> entropy;  // m, in nats
    int64_t count() const { return std::ssize(entropy); }
  };
  Answer ask(Run& run);

 private:
  void predict(Run& run, Space& space, const MatrixView& hidden, Answer& answer) const;
};

Json to_json(const Unembed::Answer& answer);
std::string table(const Unembed::Answer& answer);
void add_files(const Unembed::Answer& answer, Files& files);

}  // namespace gramian::questions
