#pragma once

#include <limits>

#include "host/questions/question.hpp"

namespace gramian::questions {

/// Describes a file: shape, vocabulary, lengths of rows, rows without a cosine, repetitions.
struct Inspect {
  std::string matrix;
  std::vector<std::string> more;
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  struct Norms {
    double min = std::numeric_limits<double>::quiet_NaN();
    double max = std::numeric_limits<double>::quiet_NaN();
    double mean = std::numeric_limits<double>::quiet_NaN();
  };
  struct BadRow {
    int64_t row = 0;
    bool zero = false;  // else NaN or infinite
  };
  struct One {
    const Input* input = nullptr;
    bool chosen = false;  // not all rows were examined
    int64_t examined = 0;
    int64_t unnamed = 0;
    Norms norms;
    BadRows bad;
    std::vector<BadRow> listed_bad;  // the first of them
    int64_t duplicates = 0;
    std::optional<int64_t> duplicate_tokens;
  };
  struct Answer {
    std::vector<One> each;  // of every matrix
  };
  Answer ask(Run& run);

 private:
  bool several_ = false;
  One inspect(Run& run, const std::string& path);
};

Json to_json(const Inspect::Answer& answer);
std::string table(const Inspect::Answer& answer);

}  // namespace gramian::questions
