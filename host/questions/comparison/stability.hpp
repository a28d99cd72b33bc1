#pragma once

#include "engine/analyses/comparison/rsa.hpp"
#include "engine/analyses/comparison/stability.hpp"
#include "host/questions/comparison/shared_spaces.hpp"
#include "host/questions/question.hpp"
#include "host/questions/run/pictures.hpp"

namespace gramian::questions {

/// Measures what a retraining moved: rotation, neighbours, spectra.
struct Stability {
  std::string first;
  std::string second;
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
    std::vector<int64_t> by_movement;  // all items, the most moved first
    std::vector<int64_t> named;        // items of `pairs`
  };
  Answer ask(Run& run);

 private:
  Side side_of(Run& run, const Input& input, Space& space, double kept) const;
};

Json to_json(const Stability::Answer& answer);
std::string table(const Stability::Answer& answer);
void add_files(const Stability::Answer& answer, Files& files);

}  // namespace gramian::questions
