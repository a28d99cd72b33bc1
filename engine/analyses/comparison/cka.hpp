#pragma once
// Linear centred kernel alignment of two spaces over the same items, and its debiased twin.

#include "engine/space.hpp"

namespace gramian {

/// CKA compares the rows as stored (after preprocessing), columns centred, X_c and Y_c.
struct LinearCka {
  /// ‖X_cᵀY_c‖_F² / (‖X_cᵀX_c‖_F ‖Y_cᵀY_c‖_F) (Kornblith et al. 2019); NaN where a space has no variance. Biased
  /// upwards where there are not many more items than dimensions: random vectors reach 0.75 at n = 100, d = 768.
  double biased = 0.0;
  /// HSIC₁(K, L)/√(HSIC₁(K, K) HSIC₁(L, L)) with the unbiased estimator HSIC₁ of Song et al. (2012, JMLR 13, equation
  /// 5), as Nguyen, Raghu & Kornblith (2021) use it: its expectation is 0 for independent spaces, and it may be
  /// negative. NaN for fewer than 4 items, and where an estimate of a space with itself is not positive.
  double debiased = 0.0;
};

/// Row i of `a` and row i of `b` are the same item; d may differ. Throws InvalidUsage for different numbers of rows.
LinearCka linear_cka(Space& a, Space& b);

}  // namespace gramian
