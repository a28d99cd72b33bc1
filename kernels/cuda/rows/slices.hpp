#pragma once
// Rows as whole numbers in three int8 slices, whose products are summed exactly in int32: every cosine is then the same
// bits on every device, in every tile and order of summation, with every library, and on a CPU that follows the
// formula.
//
// A unit row is rotated first, which changes no cosine: signs that look random, then Hadamard matrices over blocks of
// 256 columns, and of 64 for what is left of d rounded up to 64. Then no few entries rule a row, and rounding it to
// multiples of its largest entry loses little. With Q = 127·2^16, entries x become
//
//   q = round(x Q / max |x|) = 2^16 high + 2^8 middle + low,  -128 <= middle, low <= 127,
//
// or x 2^k where a power of two makes whole numbers of them all, which then lose nothing. Of two rows q and q'
//
//   s0 = Σ high·high',  s1 = Σ high·middle' + middle·high',  s2 = Σ middle·middle' + high·low' + low·high'
//   cosine = ((s2 / 256 + s1) / 256 + s0) (f f'),  f = 2^16 / ‖q‖
//
// in fp32, a rounding a conversion and an operation, f rounded from fp64. middle·low', low·middle' and low·low' are
// left out.
//
// On all data of the tests, up to 4,096 dimensions, no cosine is off by more than 1e-6, the promise of `single`; the
// bound is about 1.4e-6 there. Rows made with these very signs in mind may be further off, within the bound.
//
// No cosine is further from the one of the rows than
//
//   2 R + 2 M L + L² + γ(7) (1 + 2 (M + L))²,   γ(k) = k u / (1 - k u),  u = 2^-24
//
// with R, M and L the largest of any row: R = ‖x/‖x‖ - q/‖q‖‖, M = 2^8 ‖middle‖ / ‖q‖ and L = ‖low‖ / ‖q‖ (what is
// left out, by Cauchy and Schwarz). The roundings: s0 is rounded twice before the scales come, s1 and s2 three times;
// two factors, their product and the last one make four. Slices add up to (1 + 2 (M + L)) ‖q‖ at most.

#include <cuda_runtime.h>

#include <cstdint>

namespace gramian::cuda {

/// The most dimensions, rounded up to 64, of which no sum leaves 31 bits: 3·2^14 each.
inline constexpr int64_t kMostSlicedDim = 43648;

/// R, M and L of the largest row so far, as bits of doubles >= 0, which order as numbers do.
struct SliceLosses {
  unsigned long long turned = 0;
  unsigned long long middle = 0;
  unsigned long long low = 0;
};

/// The bound above, and what fp64 rounds before it.
double slices_bound(const SliceLosses& losses, int64_t dim);

/// `count` rows (leading dimension `dim`), rotated, into `out` (leading dimension `padded`, a multiple of 64). Nothing
/// but sums and differences is rounded.
void rotate_rows(const double* rows, int64_t count, int64_t dim, int64_t padded, double* out, cudaStream_t stream);

/// Rotated rows into slices as Form::int8 has them, and every row's f. What they lose is taken into `losses`.
void slice_rows(const double* rotated, int64_t count, int64_t padded, int8_t* out, float* scale, SliceLosses* losses,
                cudaStream_t stream);

}  // namespace gramian::cuda
