#pragma once

#include "engine/analyses/comparison/rsa.hpp"
#include "engine/analyses/comparison/stability.hpp"
#include "host/questions/comparison/compared_matrices.hpp"
#include "host/questions/comparison/model_matrices.hpp"
#include "host/questions/comparison/shared_spaces.hpp"
#include "host/questions/question.hpp"
#include "host/questions/run/pictures.hpp"

namespace gramian::questions {

/// Of one score of every two spaces.
struct RunScore {
  std::string key;    // as in JSON and files
  std::string title;  // for people
  DenseMatrix scores;
};

/// Stability of more than two spaces: every two are compared over the items that all share.
struct StabilityOfRuns {
  std::vector<RunScore> scores;
  /// Of every item over all pairs of spaces: what stability has of one pair.
  struct Moved {
    MeanAndSd cosine_after;
    MeanAndSd overlap;
    MeanAndSd jaccard;
  };
  std::vector<Moved> moved;
};

/// Measures what a retraining moved: rotation, neighbours, spectra; of two trainings or more.
struct Stability {
  ComparedMatrices compared;
  std::optional<int64_t> k;
  std::optional<std::vector<std::string>> pairs;  // words shown side by side
  PictureOptions pictures;
  Joining joining;
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  struct Side {
    Distribution distribution;
    NeighborTable neighbors;
    Spectrum spectrum;
  };
  struct Answer {
    std::unique_ptr<SharedSpaces> spaces;
    PictureOptions pictures;
    int threads = 1;  // for what is written
    int64_t k = 0;
    Procrustes procrustes;
    Rsa rsa;
    Side one;
    Side two;
    NeighborOverlap overlap;
    CosineShift shift;
    double spectral_distance = 0.0;
    std::optional<StabilityOfRuns> runs;  // of more than two: instead of all since k
    std::vector<int64_t> by_movement;     // all items, the most moved first
    std::vector<int64_t> named;           // items of `pairs`
  };
  Answer ask(Run& run);

 private:
  Side side_of(Run& run, const Input& input, Space& space, double kept) const;
  void compare_two(Run& run, Answer& answer) const;
  StabilityOfRuns compare_runs(Run& run, SharedSpaces& spaces) const;
};

/// What is said of more than two: stability_of_runs.cpp.
Json runs_json(const Stability::Answer& answer);
std::string runs_table(const Stability::Answer& answer);
void add_runs_files(const Stability::Answer& answer, Files& files);

Json to_json(const Stability::Answer& answer);
std::string table(const Stability::Answer& answer);
void add_files(const Stability::Answer& answer, Files& files);

}  // namespace gramian::questions
