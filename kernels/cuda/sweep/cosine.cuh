#pragma once
// A product of two unit rows as every kernel reads it from a tile.

#include "engine/cosines/fine_grid.hpp"
#include "kernels/cuda/sweep/neighbors.hpp"

namespace gramian::cuda {

/// The smaller and the larger of two numbers; the other one where one is NaN.
__device__ inline float lesser(float a, float b) { return fminf(a, b); }
__device__ inline double lesser(double a, double b) { return fmin(a, b); }
__device__ inline float greater(float a, float b) { return fmaxf(a, b); }
__device__ inline double greater(double a, double b) { return fmax(a, b); }

/// `factor` is the product of both rows' factors, 1 for forms without. Limited to [-1, 1]; -0 becomes +0, which
/// ordered_key relies on.
template <class T>
__device__ __forceinline__ T as_cosine(T product, float factor) {
  return lesser(greater(product * static_cast<T>(factor) + T(0), T(-1)), T(1));
}

/// The factor of row `row` of the matrix.
template <class T>
__device__ __forceinline__ float factor_of(const TileView<T>& tile, int64_t row) {
  return tile.scale != nullptr ? tile.scale[row] : 1.0f;
}

/// The cosine at (r, c) of a tile.
template <class T>
__device__ __forceinline__ T cosine_at(const TileView<T>& tile, int r, int c) {
  return as_cosine(tile.products[r * tile.ld + c],
                   factor_of(tile, tile.row_begin + r) * factor_of(tile, tile.col_begin + c));
}

/// Whether (r, c) of a tile is a pair that counts.
template <class T>
__device__ __forceinline__ bool is_pair(const TileView<T>& tile, int r, int c) {
  return r < tile.rows && c < tile.cols && (!tile.diagonal || c > r);
}

/// The bin of the fine grid that holds x, -1 <= x <= 1; kFineBins for 1, which has the last one.
__device__ __forceinline__ unsigned fine_slot_of(float x) {
  // A float of this size has no places behind the point: rounded down, the sum ends in the bin's number.
  constexpr float kNoPlaces = 12582912.0f;
  constexpr float kZero = kNoPlaces + static_cast<float>(kFinePerUnit);
  return __float_as_uint(__fmaf_rd(x, static_cast<float>(kFinePerUnit), kZero)) - __float_as_uint(kNoPlaces);
}
__device__ __forceinline__ unsigned fine_slot_of(double x) {
  return static_cast<unsigned>(__double2int_rd(x * static_cast<double>(kFinePerUnit)) + static_cast<int>(kFinePerUnit));
}

/// The same, with 1 in the last bin.
template <class T>
__device__ __forceinline__ int fine_bin_of(T x) {
  const unsigned slot = fine_slot_of(x);
  return static_cast<int>(slot < kFineBins ? slot : kFineBins - 1);
}

/// The bin of x in a RankBins with these cells. All steps are exact: the part of its cell that lies below x, in units
/// of the narrowest bins there are.
template <class T>
__device__ int64_t rank_bin_of(T x, const uint32_t* cells) {
  const int cell = fine_bin_of(x);
  const T below = x - static_cast<T>(cell - static_cast<int>(kFinePerUnit)) / T(kFinePerUnit);
  constexpr int64_t kNarrowest = int64_t{1} << kMaxLogParts;
  auto part = static_cast<int64_t>(below * (T(kFinePerUnit) * T(kNarrowest)));
  part = part < kNarrowest ? part : kNarrowest - 1;
  const uint32_t entry = cells[cell];
  return (entry >> kLogPartsBits) + (part >> (kMaxLogParts - static_cast<int>(entry & ((1u << kLogPartsBits) - 1u))));
}

}  // namespace gramian::cuda
