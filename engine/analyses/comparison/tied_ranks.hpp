#pragma once
// Average ranks of values that are known to within an error.

#include <cstdint>
#include <span>
#include <vector>

namespace gramian {

/// Sorted values are tied where each differs from the one before by `tolerance` at most: what is equal is then tied
/// whatever the rounding. Chains of ties may reach further than that, between values that do differ; how much of the
/// ranks' variance is lost in those is bounded.
struct TiedRanks {
  std::vector<int64_t> doubled;  // 2 rank − (N + 1), a whole number, in the order of the values
  double variance = 0.0;         // of `doubled`
  double lost = 0.0;             // at most; 0 where all that is tied is equal within the tolerance
};

TiedRanks tied_ranks(std::span<const double> values, double tolerance);

}  // namespace gramian
