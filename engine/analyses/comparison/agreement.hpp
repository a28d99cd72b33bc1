#pragma once
// How well several spaces agree: what follows from the correlations of each with each.

#include <cstdint>

#include "engine/matrix.hpp"

namespace gramian {

/// NaN throughout where a correlation is NaN.
struct Agreement {
  double mean = 0.0;  // over pairs of spaces
  double sd = 0.0;    // ddof 0
  /// The noise ceiling of Nili et al. 2014 (doi:10.1371/journal.pcbi.1003553): the mean correlation of a space's
  /// standardized cosines with the mean of those of all others, and of all.
  double ceiling_low = 0.0;
  double ceiling_high = 0.0;
  /// k x k: the correlation of two spaces once all others are accounted for, -p_ij/√(p_ii p_jj) with P = R⁻¹; 1 on the
  /// diagonal, NaN where R has no inverse.
  DenseMatrix partial;
};

/// `correlations`: R, k x k, symmetric, ones on the diagonal, k >= 2. With standardized vectors z_k everything follows
/// from R: the correlation of z_k and Σ_j∈J z_j is Σ_j∈J r_kj/√(Σ_i,j∈J r_ij).
Agreement agreement(const DenseMatrix& correlations);

}  // namespace gramian
