#pragma once
// Puts what several questions ask of the same cosines into the fewest sweeps, and measures each sweep's own error.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/certified/certified_sweep.hpp"
#include "engine/space.hpp"
#include "engine/sweep/sweep.hpp"

namespace gramian {

/// An analysis that needs individual cosines: two pure steps, repeated until it needs nothing more.
class SweepAnalysis {
 public:
  virtual ~SweepAnalysis() = default;
  /// The request that the next sweep shall answer for it; empty when it is done.
  virtual SweepRequest needs() = 0;
  /// Receives the findings of that sweep, in the order of its own request.
  virtual void take(SweepState state) = 0;
};

/// A question that one reduction answers: `Asked nearest(Nearest{.k = 10});`
template <class Kind>
class Asked final : public SweepAnalysis {
 public:
  explicit Asked(Kind wanted) : wanted_(std::move(wanted)) {}
  SweepRequest needs() override { return found_ ? SweepRequest{} : SweepRequest{wanted_}; }
  void take(SweepState state) override { found_ = std::move(state.of<Kind>(0)); }

  const Kind& wanted() const { return wanted_; }
  /// After run_sweeps.
  const typename Kind::Found& found() const { return found_.value(); }

 private:
  Kind wanted_;
  std::optional<typename Kind::Found> found_;
};

/// Largest and root-mean-square difference between cosines as the sweep produced them and as recomputed in fp64 from
/// the stored rows.
struct Accuracy {
  int64_t pairs = 0;
  double max_abs_error = 0.0;
  double rms_error = 0.0;
  double promise = 0.0;
};

/// A sampled cosine of a sweep is further off than `limit`, its proven bound or what its precision promises. `pair` is
/// of rows of the space, or i of the first and j of the second.
class BrokenPromise : public Error {
 public:
  BrokenPromise(Pair pair, double error, double limit);
  Pair pair() const { return pair_; }
  double error() const { return error_; }
  double limit() const { return limit_; }

 private:
  Pair pair_;
  double error_;
  double limit_;
};

struct SweepReport {
  Accuracy accuracy;
  int64_t sweeps = 0;
  double prepare_seconds = 0.0;  // packing of the unit rows
  double sweep_seconds = 0.0;    // all sweeps
  std::string form;              // how the precision was kept
  Certified certified;           // neighbours and degrees, of one space
};

/// Sampled pairs per run for the accuracy statement (all pairs when there are fewer).
inline constexpr int64_t kAccuracyPairs = 16384;

/// Sweeps over all pairs of one space until no analysis needs anything: certified where is_certified(precision).
/// Throws BrokenPromise where a sampled cosine is further off than it may be.
SweepReport run_sweeps(Space& space, Precision precision, std::span<SweepAnalysis* const> analyses, uint64_t seed,
                       const Progress& progress);
/// The same over every row of `a` with every row of `b`: of equal dimensions, on one backend. Throws InvalidUsage where
/// they are not, BrokenPromise as above.
SweepReport run_sweeps(Space& a, Space& b, Precision precision, std::span<SweepAnalysis* const> analyses, uint64_t seed,
                       const Progress& progress);

}  // namespace gramian
