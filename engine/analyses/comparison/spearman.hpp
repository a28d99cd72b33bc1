#pragma once
// Spearman's correlation of the cosines of two spaces over all pairs i < j: Pearson's, of average ranks.
//
// With few pairs all cosines are sorted. Otherwise a rank is that of a bin (rank_bins.hpp): with R = R' + e, R' the
// average rank of a bin's cosines and e what is lost in it (S = S' + f in the other space), sd(e) is at most what it
// would be if all different cosines of a bin were distinct, Σ c(c² − 1)/12 over bins of c, and
//   |cov(R, S) − cov(R', S')| <= sd(R') sd(f) + sd(e) sd(S') + sd(e) sd(f)        (Cauchy, Schwarz)
//   sd(R')² <= sd(R)² = sd(R')² + sd(e)²
// bound the error of the reported correlation. Two passes over the pairs: one of the second space, which ranks its
// bins, and one of both, which sums those ranks over each bin of the first.

#include <cstdint>
#include <memory>
#include <span>

#include "engine/space.hpp"
#include "engine/sweep/plan.hpp"

namespace gramian {

struct Spearman {
  double rho = 0.0;      // NaN where all cosines of a space are equal
  double bound = 0.0;    // of the error of rho that binning makes; 0 where ranks are exact
  int64_t bins[2] = {};  // 0 where ranks are exact
};

/// From both n x n matrices of cosines, of which i < j matters, exactly. Throws InvalidUsage for different sizes.
Spearman spearman_exact(std::span<const double> a, std::span<const double> b, int64_t n);
Spearman spearman_exact(const DenseMatrix& a, const DenseMatrix& b);
/// Memory that takes besides the matrices.
double spearman_exact_bytes(int64_t n);

/// Bins for a space's cosines, from a sample of them.
std::shared_ptr<const RankBins> choose_rank_bins(Space& space, Precision precision, uint64_t seed);

/// By bins: `bins_a` of a's cosines, and `ranks_b`, which has been swept over b.
Spearman spearman_binned(Space& a, const RankBins& bins_a, Space& b, const Asked<RankCounts>& ranks_b,
                         Precision precision, const Progress& progress);

}  // namespace gramian
