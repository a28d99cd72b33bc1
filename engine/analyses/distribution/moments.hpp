#pragma once
// Mean and standard deviation of all pair cosines, and their covariance with another space's, from Gram products alone.
//
// With x̂ᵢ = μ + yᵢ, Σ yᵢ = 0, A = Σ yᵢyᵢᵀ, δ = tr(A)/n = 1 − ‖μ‖² and p = n(n−1), over all ordered pairs i ≠ j:
//   mean s          = ‖μ‖² − δ/(n−1)
//   var s           = (2n μᵀAμ + ‖A‖_F² − nδ²)/p − (δ/(n−1))²
//   cov(s, t)       = (2n μᵀCν + ‖C‖_F² − nδε)/p − δε/(n−1)²        C = Σ yᵢzᵢᵀ, t = cosines of ẑ = ν + z, ε its δ
// which follow from s_ij = ‖μ‖² + μ·yᵢ + μ·yⱼ + yᵢ·yⱼ. Equal to the textbook form (‖X̂ᵀX̂‖_F² − n)/2 in exact arithmetic,
// but without its cancellation where all cosines are alike.

#include <cstdint>

#include "engine/analyses/distribution/centered_products.hpp"
#include "engine/space.hpp"

namespace gramian {

/// Population moments (ddof 0) over the pairs i < j; NaN where there is no pair.
struct PairMoments {
  int64_t pairs = 0;
  double mean = 0.0;
  double sd = 0.0;
};

PairMoments pair_moments(Space& space);

/// Covariance over the pairs i < j of the cosines of two spaces, row i with row i, from their cross_products.
double pair_covariance(Space& a, Space& b, const CrossProducts& cross);

}  // namespace gramian
