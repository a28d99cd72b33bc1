#pragma once
// The distribution of all n(n-1)/2 cosines: extremes, histogram, exact median and quantiles.

#include <cstdint>
#include <vector>

#include "engine/analyses/distribution/moments.hpp"
#include "engine/analyses/plan.hpp"
#include "engine/space.hpp"

namespace gramian {

struct DistributionSettings {
  std::vector<double> quantiles = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};  // each in [0, 1]
  std::vector<int64_t> order_statistics;  // wanted besides, by 0-based rank, 0 <= rank < pairs
  Histogram histogram;
  uint64_t seed = 0;
  /// Half width of a quantile's bracket in standard errors of the pilot sample. A miss costs a second sweep, never
  /// exactness: at 4 one rank in 16,000 misses, and brackets keep a third less than at 6.
  double bracket_errors = 4.0;
  /// Bytes for values kept inside brackets; what would need more takes another sweep instead.
  int64_t keep_bytes = int64_t{128} << 20;
};

struct Quantile {
  double q = 0.0;
  double value = 0.0;
};

struct Distribution {
  PairMoments moments;
  Extremes::Found extremes;  // pairs of row numbers in the space
  double median = 0.0;
  std::vector<Quantile> quantiles;
  std::vector<double> order_statistics;  // as DistributionSettings::order_statistics
  Histogram histogram_spec;
  Histogram::Found histogram;
};

/// Quantiles follow numpy's default (linear interpolation between the order statistics at floor and ceil of
/// q (pairs - 1)) over the cosines that the chosen precision produces, and are exact for them:
///
/// A pilot sample of pairs puts a bracket of some standard errors round each wanted rank; the sweep counts what lies
/// below and keeps what falls inside; the order statistic is selected from that. If a rank is not in its bracket, or a
/// bracket would hold too much, the counts of the same sweep on the fine grid say exactly in which bin the rank lies,
/// and one more sweep keeps only that bin.
class DistributionAnalysis final : public SweepAnalysis {
 public:
  /// Throws InvalidUsage for a quantile outside [0, 1], a rank that no pair has or an impossible histogram.
  DistributionAnalysis(Space& space, Precision precision, DistributionSettings settings);

  SweepRequest needs() override;
  void take(SweepState state) override;

  /// After run_sweeps. NaN where there is no pair.
  Distribution result();

 private:
  struct Wanted {
    int64_t rank = 0;  // 0-based
    bool known = false;
    double value = 0.0;
    bool bracketed = false;
    size_t bracket = 0;  // in asked_
  };

  void bracket_everything();
  void bracket_by_pilot();
  void bracket_by_fine_counts(Wanted& wanted);
  void bracket_by_slot(Wanted& wanted, const Bracket& coarse, const Bracket::Found& found);
  /// Puts `wanted` into `bracket`, which is expected to hold about `inside` values.
  void ask(Wanted& wanted, Bracket bracket, double inside);

  Space& space_;
  CosineType type_;
  double promise_;
  DistributionSettings settings_;
  int64_t pairs_;
  std::vector<Wanted> wanted_;  // ascending ranks
  std::vector<Bracket> asked_;
  double keep_left_ = 0.0;  // bytes
  bool first_ = true;
  bool done_ = false;
  Extremes::Found extremes_;
  Histogram::Found histogram_;
  Counts fine_;
};

}  // namespace gramian
