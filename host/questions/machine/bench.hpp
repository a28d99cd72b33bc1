#pragma once

#include <array>

#include "host/questions/question.hpp"

namespace gramian::questions {

/// How fast this machine sweeps a vocabulary, against its own bare matrix product.
struct Bench {
  int64_t n = 50257;
  int64_t d = 768;
  std::string input;  // empty: a synthetic matrix
  double mean_cosine = 0.3;
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  struct Round {
    double gemm = 0.0;
    double products = 0.0;  // those that stats sweeps
    double whole = 0.0;     // everything that stats needs of a sweep, the pilot included
    double pilot = 0.0;
    double sweep = 0.0;
    double select = 0.0;
    double all = 0.0;    // the same with neighbours and degrees in the same sweep
    double order = 0.0;  // quantiles and extremes alone
    double near = 0.0;   // neighbours and degrees alone
    double fraction() const { return gemm / whole; }
    double fraction_of_all() const { return gemm / all; }
    double fraction_of_order() const { return gemm / order; }
    double fraction_of_near() const { return gemm / near; }
  };
  struct Answer {
    DeviceInfo device;
    Precision precision = Precision::single;
    int64_t rows = 0;
    int64_t dim = 0;
    std::vector<Round> rounds;  // as they were measured
    double prepare = 0.0;
    double moments = 0.0;
    double threshold = 0.0;
    int64_t k = 0;
    int64_t peak_memory = 0;
    int64_t matrix_bytes = 0;

    Round median() const;  // by fraction()
    Round median_of_all() const;
    Round median_of_order() const;
    Round median_of_near() const;
    /// Seconds of each stage of the median round, by name.
    std::vector<std::pair<std::string, double>> stages() const;
  };
  Answer ask(Run& run);

 private:
  std::optional<std::string> recorded_input_;
  std::optional<double> recorded_mean_;
};

Json to_json(const Bench::Answer& answer);
std::string table(const Bench::Answer& answer);

}  // namespace gramian::questions
