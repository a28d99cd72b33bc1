#pragma once
// The canonical cosine of two rows: the number that decisions are those of, the same bits on every machine.
//
//   1. Both rows as they are worked with, in fp64: as stored, then transformed (RowTransform, without its scaling).
//   2. Each is multiplied by the power of two that brings its largest entry to [1/2, 1): exact, and no square, however
//      large or small the row, overflows or loses digits.
//   3. xy = Σ x_k y_k, xx = Σ x_k², yy = Σ y_k² in the order of canonical_order.hpp.
//   4. xy / sqrt(xx · yy), limited to [-1, 1].
//
// Rows that are the same bit for bit, or up to a power of two, have exactly 1, since the root of a rounded square is
// what was squared; their negatives have exactly -1. x and y may change places.
//
// Error. With u = 2^-53 and m = ⌈d/32⌉, a term goes through m + 5 roundings at most, so that by Cauchy and Schwarz
// |xy| is off by γ ‖x‖‖y‖ at most and xx and yy by γ of themselves, γ = (m + 5)u / (1 - (m + 5)u) (Higham, Accuracy and
// Stability of Numerical Algorithms, 3.1). The product of xx and yy, its root and the quotient add u/2 + u + u. That is
// 2γ + 5u/2 to the first order; (2m + 14)u leaves room for the others and for entries that step 2 makes denormal.

#include <cstdint>

namespace gramian {

/// Σ x_k y_k in the canonical order.
double canonical_dot(const double* x, const double* y, int64_t count);

/// Step 2, in place. Rows of zeros stay as they are; one with a NaN or an infinity is left alone.
void scale_by_power_of_two(double* x, int64_t count);

/// Step 4. NaN where xx or yy is 0.
double canonical_quotient(double xy, double xx, double yy);

/// Steps 2 to 4, of rows of `count` finite values.
double canonical_cosine(const double* x, const double* y, int64_t count);

/// No canonical cosine of rows of d dimensions is further from the cosine of the transformed rows. Two that differ by
/// no more than twice as much may be of equal cosines.
double canonical_cosine_bound(int64_t d);

}  // namespace gramian
