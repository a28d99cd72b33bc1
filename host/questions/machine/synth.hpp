#pragma once

#include "host/questions/question.hpp"

namespace gramian::questions {

/// A made-up matrix, written as .npy.
struct Synth {
  int64_t n = 0;
  int64_t d = 0;
  std::string path;
  double mean_cosine = 0.3;
  std::string dtype = "f32";
  RunSettings settings{.device = "cpu"};  // which no option can change: nothing is computed on a device

  static About about();
  void describe(Description& d);

  struct Answer {
    std::string path;
    int64_t rows = 0;
    int64_t dim = 0;
    std::string dtype;
    double mean_cosine = 0.0;
    uint64_t seed = 0;
    int64_t bytes = 0;
  };
  Answer ask(Run& run);

 private:
  template <class T, class Write>
  void stream(Run& run, const Write& write) const;
};

Json to_json(const Synth::Answer& answer);
std::string table(const Synth::Answer& answer);

}  // namespace gramian::questions
