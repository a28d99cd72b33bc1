#pragma once
// Which items moved: for every item the correlation of its row of S with its row of T, without a pass over the pairs.
//
// With x̂ = μ + y, Σ y = 0, A = Σ yⱼyⱼᵀ, C = Σ yⱼzⱼᵀ and uᵢ = x̂ᵢ·yᵢ (vᵢ and B those of the other space), over all j ≠ i:
//   (n−1) cov_i = x̂ᵢᵀCŷᵢ − uᵢvᵢ n/(n−1)        (n−1) var_i = x̂ᵢᵀAx̂ᵢ − uᵢ² n/(n−1)
// which follow from s_ij = x̂ᵢ·μ + x̂ᵢ·yⱼ and Σⱼ x̂ᵢ·yⱼ = 0 over all j; uᵢ = (δ + ‖yᵢ‖²)/2 with δ = Σ‖y‖²/n, since
// ‖x̂ᵢ‖ = 1. O(n d1 d2 + n d1² + n d2²).

#include <cstdint>
#include <vector>

#include "engine/space.hpp"

namespace gramian {

/// n values in [-1, 1]: Pearson correlations over j ≠ i; NaN where a row of either matrix is constant.
/// Row i of `a` and row i of `b` are the same item; d may differ. Throws InvalidUsage for different numbers of rows,
/// InvalidInput for fewer than 3 items.
std::vector<double> per_token_rsa(Space& a, Space& b);

/// Rows by value, equal ones by row; rows without a value are left out.
struct Ranking {
  std::vector<int64_t> lowest;   // lowest first
  std::vector<int64_t> highest;  // highest first
};
/// `count` rows on each side at most.
Ranking ranking(const std::vector<double>& values, int64_t count);

}  // namespace gramian
