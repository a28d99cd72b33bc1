#pragma once
// Unites what several analyses of one space ask for into the fewest sweeps, and measures each sweep's own error.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/space.hpp"
#include "engine/sweep/sweep.hpp"

namespace gramian {

/// An analysis that needs individual cosines: two pure steps, repeated until it needs nothing more.
class SweepAnalysis {
 public:
  virtual ~SweepAnalysis() = default;
  /// What the next sweep shall gather for it; an empty request when it is done.
  virtual SweepRequest needs() = 0;
  /// What that sweep found, in the order of its own request.
  virtual void take(SweepState state) = 0;
};

/// Largest and root-mean-square difference between cosines as the sweep produced them and as recomputed in fp64 from
/// the stored rows.
struct Accuracy {
  int64_t pairs = 0;
  double max_abs_error = 0.0;
  double rms_error = 0.0;
  double promise = 0.0;
  Pair worst;  // rows of the space whose cosine has the largest error
};

struct SweepReport {
  Accuracy accuracy;
  int64_t sweeps = 0;
  double prepare_seconds = 0.0;  // packing of the unit rows
  double sweep_seconds = 0.0;    // all sweeps
  std::string form;              // how the precision was kept
};

/// One request that covers all of `requests`; identical histograms and brackets are gathered once. At most
/// one of them may ask for ranks.
struct UnitedRequest {
  struct Slots {
    std::vector<size_t> histograms, brackets, probes, thresholds;
  };
  SweepRequest request;
  std::vector<Slots> slots;  // one per input request
};
UnitedRequest unite(std::span<const SweepRequest> requests);
/// The part of `state` that belongs to input request `which`.
SweepState extract(const SweepState& state, const UnitedRequest& united, size_t which, const SweepRequest& request);

/// Sampled pairs per run for the accuracy statement (all pairs when there are fewer).
inline constexpr int64_t kAccuracyPairs = 16384;

/// `count` pairs i < j, uniform with repetition over all pairs of n rows (all pairs once, when there are no more than
/// `count`), ascending. The same seed gives the same pairs.
std::vector<Pair> sample_pairs(int64_t n, int64_t count, uint64_t seed);

/// Sweeps until no analysis needs anything.
SweepReport run_sweeps(Space& space, Precision precision, std::span<SweepAnalysis* const> analyses, uint64_t seed,
                       const Progress& progress);

}  // namespace gramian
