#pragma once
// Did a retraining move the vectors? Two spaces over the same items, row i with row i; d may differ, and the narrower
// one is then as if columns of zeros followed its own. Each part is of its own; all throw InvalidUsage for different
// numbers of rows or neighbours.

#include <cstdint>
#include <vector>

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/distribution/spectrum.hpp"
#include "engine/space.hpp"
#include "engine/sweep/sweep.hpp"

namespace gramian {

/// Orthogonal Procrustes (Schönemann 1966) of the rows E1, E2 as stored (after preprocessing): of all orthogonal Q,
/// ‖E1Q − E2‖_F is least for Q = UVᵀ with E1ᵀE2 = UΣVᵀ. Where E1ᵀE2 has a rank below min(d1, d2) the residual is the
/// same for several Q, of which this is one.
struct Procrustes {
  double frobenius = 0.0;      // ‖E1 − E2‖_F
  double residual = 0.0;       // ‖E1Q − E2‖_F
  double cosine_before = 0.0;  // means over the rows
  double cosine_after = 0.0;
  std::vector<double> cosines_before;  // n
  std::vector<double> cosines_after;   // n
  DenseMatrix rotation;                // d1 x d2: the part of Q that meets no column of zeros
};
Procrustes procrustes(Space& a, Space& b);
/// Bytes that it takes of n rows.
double procrustes_bytes(int64_t n, int64_t d1, int64_t d2);

/// Overlap of the k nearest neighbours of every row in either space, before any alignment (Wendlandt et al. 2018).
struct NeighborOverlap {
  double overlap = 0.0;  // means over the rows
  double jaccard = 0.0;
  std::vector<double> overlaps;  // n: |N1 ∩ N2|/k
  std::vector<double> jaccards;  // n: |N1 ∩ N2|/|N1 ∪ N2|
};
NeighborOverlap neighbor_overlap(const NeighborTable& a, const NeighborTable& b);

/// ‖σ(X̂) − σ(Ŷ)‖₂/√n between the singular values of the unit rows of n items, the shorter list with zeros behind: in
/// [0, √2], 0 for a rotated copy, and never more than ‖X̂Q − Ŷ‖_F/√n for any orthogonal Q (Mirsky 1960).
double spectral_distance(const Spectrum& a, const Spectrum& b, int64_t items);

/// How the distribution of all cosines moved, second less first. The last two come from the histograms, which must have
/// the same bins: they are exact but for what moves inside one bin.
struct CosineShift {
  double mean = 0.0;
  double sd = 0.0;
  double median = 0.0;
  double wasserstein = 0.0;         // ∫ |F1 − F2|: how far cosines moved on average
  double kolmogorov_smirnov = 0.0;  // max |F1 − F2|
};
CosineShift cosine_shift(const Distribution& a, const Distribution& b);

/// The same distribution with `factor` neighbouring bins of its histogram in one. Throws InvalidUsage unless `factor`
/// divides the number of bins.
Distribution with_wider_bins(Distribution distribution, int64_t factor);

}  // namespace gramian
