#pragma once
// Spearman's correlation of the cosines of two spaces over all pairs i < j: Pearson's, of average ranks.
//
// With few pairs all canonical cosines are sorted; what is equal within twice their bound is tied (tied_ranks.hpp), and
// where ties form chains longer than that, the error is bounded as that of bins is. Otherwise a rank is that of a bin
// (rank_bins.hpp): with R = R' + e, R' the average rank of a bin's cosines and e what is lost in it (S = S' + f in the
// other space), sd(e) is at most what it would be if all different cosines of a bin were distinct, Σ c(c² − 1)/12 over
// bins of c, and
//   |cov(R, S) − cov(R', S')| <= sd(R') sd(f) + sd(e) sd(S') + sd(e) sd(f)        (Cauchy, Schwarz)
//   sd(R')² <= sd(R)² = sd(R')² + sd(e)²
// bound the error of the reported correlation. Two passes over the pairs: one of the second space, which ranks its
// bins, and one of both, which sums those ranks over each bin of the first.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/analyses/plan.hpp"
#include "engine/space.hpp"

namespace gramian {

struct Spearman {
  double rho = 0.0;      // NaN where all cosines of a space are equal, as far as fp64 can tell
  double bound = 0.0;    // of the error of rho that bins and chains of ties make; 0 where there is none
  int64_t bins[2] = {};  // 0 where all cosines were sorted
};

/// Spearman's correlation of paired values, each known to within half a tolerance. Throws InvalidUsage for different
/// sizes.
Spearman spearman_of(std::span<const double> s, std::span<const double> t, double tolerance_s, double tolerance_t);
/// The canonical cosines of all pairs i < j, in order.
std::vector<double> cosine_triangle(Space& space, const Progress& progress);
/// Canonical cosines that are no further apart may be equal.
double tie_tolerance(const Space& space);
/// Spearman's correlation of the canonical cosines of all pairs. Throws InvalidUsage for different numbers of rows.
Spearman spearman_exact(Space& a, Space& b, const Progress& progress);
/// Memory that takes.
double spearman_exact_bytes(int64_t n);

/// Bins for a space's cosines, from a sample of them.
std::shared_ptr<const RankBins> choose_rank_bins(Space& space, Precision precision, uint64_t seed);

/// By bins: `bins_a` of a's cosines, and `ranks_b`, which has been swept over b.
Spearman spearman_binned(Space& a, const RankBins& bins_a, Space& b, const Asked<RankCounts>& ranks_b,
                         Precision precision, const Progress& progress);

}  // namespace gramian
