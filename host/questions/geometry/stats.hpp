#pragma once

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/distribution/isotropy.hpp"
#include "host/questions/question.hpp"
#include "host/questions/run/pictures.hpp"

namespace gramian::questions {

/// The distribution of all cosines of a space, and how far from isotropic it is.
struct Stats {
  std::string matrix;
  std::vector<std::string> more;
  std::vector<double> quantiles = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
  std::vector<double> range = {-1.0, 1.0};  // of the histogram
  int64_t bins = 2048;
  PictureOptions pictures;
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  struct One {
    const Input* input = nullptr;
    std::vector<int64_t> rows;  // in the matrix, of every row of the space
    Distribution distribution;  // its extremes are between rows of the space
    Isotropy isotropy;
    double random_sd = 0.0;  // of cosines of random vectors of this dimension
  };
  struct Answer {
    std::vector<One> each;  // of every matrix
    PictureOptions pictures;
  };
  Answer ask(Run& run);

 private:
  bool several_ = false;
  One describe_one(Run& run, const std::string& path, const DistributionSettings& settings);
};

Json to_json(const Stats::Answer& answer);
std::string table(const Stats::Answer& answer);
void add_files(const Stats::Answer& answer, Files& files);

}  // namespace gramian::questions
