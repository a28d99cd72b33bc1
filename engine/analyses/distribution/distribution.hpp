#pragma once
// The distribution of all n(n-1)/2 cosines: extremes, histogram, exact median and quantiles.

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/analyses/distribution/moments.hpp"
#include "engine/analyses/distribution/swept_ranks.hpp"
#include "engine/analyses/plan.hpp"
#include "engine/certified/order_search.hpp"
#include "engine/space.hpp"

namespace gramian {

struct DistributionSettings {
  std::vector<double> quantiles = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};  // each in [0, 1]
  std::vector<int64_t> order_statistics;  // wanted besides, by 0-based rank, 0 <= rank < pairs
  Histogram histogram;
  bool counted = true;  // the histogram is wanted
  uint64_t seed = 0;
  /// Half width of a quantile's bracket in standard errors of the pilot sample. A miss costs a second sweep, never
  /// exactness: at 4 one rank in 16,000 misses, and brackets keep a third less than at 6.
  double bracket_errors = 4.0;
  /// Bytes for values kept inside brackets; what would need more takes another sweep instead.
  int64_t keep_bytes = int64_t{256} << 20;
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
  /// Of the error of a cosine as the histogram counted it; infinite where none is proven.
  double histogram_bound = std::numeric_limits<double>::infinity();
};

/// Quantiles follow numpy's default (linear interpolation between the order statistics at floor and ceil of
/// q (pairs - 1)). Where the precision is certified, they and the extremes are exactly those of the canonical cosines
/// (OrderSearch); elsewhere exactly those of the cosines that the chosen precision produces (SweptRanks). The histogram
/// counts cosines as they were swept.
class DistributionAnalysis final : public SweepAnalysis {
 public:
  /// Throws InvalidUsage for a quantile outside [0, 1], a rank that no pair has or an impossible histogram.
  DistributionAnalysis(Space& space, Precision precision, DistributionSettings settings);

  SweepRequest needs() override;
  void take(SweepState state) override;

  /// After run_sweeps. NaN where there is no pair.
  Distribution result();

 private:
  Space& space_;
  DistributionSettings settings_;
  int64_t pairs_;
  std::optional<OrderSearch> certified_;
  std::optional<SweptRanks> swept_;  // one of the two
  bool first_ = true;
  Extremes::Found extremes_;
  Histogram::Found histogram_;
};

}  // namespace gramian
