#pragma once
// Representational similarity analysis: do two spaces over the same items agree?

#include <cstdint>

#include "engine/analyses/distribution/moments.hpp"
#include "engine/space.hpp"

namespace gramian {

struct Rsa {
  int64_t items = 0;
  int64_t pairs = 0;
  /// Pearson correlation of the two upper triangles of cosines (Kriegeskorte 2008), exact over every pair by the Gram
  /// identity of moments.hpp; NaN where a triangle is constant.
  double pearson = 0.0;
  bool constant_a = false;  // all cosines of the first space are equal
  bool constant_b = false;
  /// Linear CKA (Kornblith 2019) of the rows as stored (after preprocessing), columns centred:
  /// ‖X_cᵀY_c‖_F² / (‖X_cᵀX_c‖_F ‖Y_cᵀY_c‖_F); NaN where a space has no variance.
  double linear_cka = 0.0;
  /// The same without the bias of few items (see cka.hpp).
  double linear_cka_debiased = 0.0;
  /// The same of the rows scaled to length 1.
  double linear_cka_unit = 0.0;
  PairMoments a;
  PairMoments b;
};

/// Row i of `a` and row i of `b` are the same item; d may differ. Throws InvalidUsage for different numbers of rows,
/// InvalidInput for fewer than 3 items.
Rsa rsa(Space& a, Space& b);

}  // namespace gramian
