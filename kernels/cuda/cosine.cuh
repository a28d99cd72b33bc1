#pragma once
// A product of two unit rows as every kernel reads it from a tile.

#include "engine/fine_grid.hpp"
#include "kernels/cuda/neighbors.hpp"

namespace gramian::cuda {

/// Times the rows' factors, limited to [-1, 1]; -0 becomes +0, which ordered_key relies on.
template <class T>
__device__ T as_cosine(T product, const float* scale, int64_t row, int64_t col) {
  if (scale != nullptr) product *= static_cast<T>(scale[row] * scale[col]);
  product = product < T(-1) ? T(-1) : product;
  product = product > T(1) ? T(1) : product;
  return product + T(0);
}

/// The cosine at (r, c) of a tile.
template <class T>
__device__ T cosine_at(const TileView<T>& tile, int r, int c) {
  return as_cosine(tile.products[r * tile.ld + c], tile.scale, tile.row_begin + r, tile.col_begin + c);
}

/// The bin of the fine grid that holds x, -1 <= x <= 1.
template <class T>
__device__ int fine_bin_of(T x) {
  const T scaled = x * T(kFinePerUnit);
  auto bin = static_cast<int>(scaled);
  bin -= static_cast<T>(bin) > scaled ? 1 : 0;
  bin += static_cast<int>(kFinePerUnit);
  return bin < kFineBins ? bin : static_cast<int>(kFineBins - 1);
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
