#pragma once
// Representational similarity analysis of dissimilarities that are given: of behaviour, of brains, or of any distance.

#include <cstdint>
#include <span>
#include <vector>

#include "engine/analyses/comparison/rsa_inference.hpp"
#include "engine/matrix.hpp"
#include "engine/progress.hpp"

namespace gramian {

/// Of n items, every pair i < j, row by row: what scipy.spatial.distance.pdist returns.
struct Dissimilarities {
  int64_t items = 0;
  std::vector<double> pairs;  // n(n − 1)/2

  double operator()(int64_t i, int64_t j) const;  // 0 where i = j
};

/// The n of n(n − 1)/2 pairs; 0 where there is none.
int64_t items_of_pairs(int64_t pairs);

/// From a square matrix, or (where it has one row of several values) from the vector of its pairs. Throws InvalidInput,
/// naming the place: neither square nor of n(n − 1)/2 values, not finite, not symmetric (by more than 1e-6 of the
/// larger, which fp32 may leave), or something else than 0 on the diagonal.
Dissimilarities read_dissimilarities(const MatrixView& view);

/// Those among `rows`.
Dissimilarities select(const Dissimilarities& all, std::span<const int64_t> rows);

/// Pearson's correlation over all pairs, in fp64; NaN where one side is constant. Throws InvalidUsage for different
/// items, InvalidInput for fewer than 3.
double pearson(const Dissimilarities& a, const Dissimilarities& b);

/// As permutation_test of two spaces, with the same relabellings: O(n²) each.
PermutationTest permutation_test(const Dissimilarities& a, const Dissimilarities& b, double observed,
                                 const PermutationSettings& settings, int threads, const Progress& progress);

/// As bootstrap_interval of two spaces, with the same draws.
BootstrapInterval bootstrap_interval(const Dissimilarities& a, const Dissimilarities& b,
                                     const BootstrapSettings& settings, int threads, const Progress& progress);

/// Bytes that these take, for n items.
inline double dissimilarity_bytes(int64_t n) { return 40.0 * static_cast<double>(n) * static_cast<double>(n); }

}  // namespace gramian
