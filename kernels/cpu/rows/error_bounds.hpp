#pragma once
// How far a swept cosine can be from the cosine of the rows as they were transformed.
//
// Let x and y be unit rows, q and p what is multiplied in their place, each scaled to length 1 where it is an integer
// form, and r = |x - q|, s = |y - p|. Then |x.y - q.p| <= r|p| + s|q| + rs (Cauchy, Schwarz); what remains is how the
// product itself is rounded. With u = 2^-24 and v = 2^-53, and γ(k) = ku/(1 - ku) (Higham, Accuracy and Stability of
// Numerical Algorithms, 3.1):
//   fp32   r <= u. A term is rounded when it is formed (without fused multiply-adds) and at most kLink times in its
//          link, once a link of its chain and once a chain: γ of as many.
//   fp64   the same with v, chains of kChain, and the rounding of the unit rows themselves.
//   int16  sums are exact within a link; their conversion, a sum a link, both scales, the product of these and the last
//          product are rounded: 5u, and u a link.
//   int8   sums of products are exact; their conversion, their sum of at most four, a sum a kStationaryTiles of a row's
//          parts, both scales, the product of these and the last product are rounded: 8u, and u each so many. Of parts
//          that are left out, what their lengths come to (Cauchy, Schwarz).

#include <cstdint>

#include "kernels/cpu/rows/unit_rows.hpp"

namespace gramian::cpu {

/// The bound of a pair as the sum of two shares: with R the largest r of any row, r + s + 3rs <= r (1 + 3R/2) +
/// s (1 + 3R/2), and half of what the product rounds.
class ErrorBound {
 public:
  /// Of rows in an integer form, the largest of any: `turned`, r; `left_out`, what products that are not formed come
  /// to; `rest`, the length of all parts but the first.
  ErrorBound(Form form, int64_t dim, double turned, double left_out, double rest);
  /// Of a row whose r is `turned` (which counts in integer forms alone).
  double share(double turned) const;
  /// What the product of two rows rounds.
  double of_product() const { return rounding_; }
  /// Between a unit row and what fp64 makes of it.
  double of_unit_row() const { return made_; }

 private:
  double removed(double turned) const;

  Form form_;
  double made_;
  double largest_ = 0.0;
  double rounding_ = 0.0;
};

}  // namespace gramian::cpu
