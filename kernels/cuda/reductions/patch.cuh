#pragma once
// A lane's part of a tile: a few rows of a few neighbouring columns, as cosines in registers.

#include <limits>

#include "kernels/cuda/reductions/cosine.cuh"

namespace gramian::cuda {

inline constexpr int kPatchRows = 4;

/// The vector that a lane loads at once.
template <class T>
struct alignas(16) Vector {
  static constexpr int kCount = 16 / sizeof(T);
  T values[kCount];
};

template <class T>
struct Patch {
  static constexpr int kCols = Vector<T>::kCount;
  int row, col;            // of the tile
  float factors[kCols];    // of the columns
  T x[kPatchRows][kCols];  // NaN where there is no pair
};

/// The patch's columns, from `col` on, for all rows to come.
template <class T>
__device__ __forceinline__ void take_columns(Patch<T>& patch, const TileView<T>& tile, int col) {
  patch.col = col;
#pragma unroll
  for (int v = 0; v < Patch<T>::kCols; ++v) {
    patch.factors[v] = col + v < tile.cols ? col_factor(tile, col + v) : 1.0f;
  }
}

/// Its rows, from `row` on. kWhole: all of it are pairs that count. Everything is loaded before anything is computed.
template <bool kWhole, class T>
__device__ __forceinline__ void take_rows(Patch<T>& patch, const TileView<T>& tile, int row) {
  patch.row = row;
  Vector<T> products[kPatchRows];
  float factors[kPatchRows];
#pragma unroll
  for (int r = 0; r < kPatchRows; ++r) {
    // Products reach to a multiple of kTileUnit columns, and so does a vector that begins within the tile.
    const bool there = kWhole || (row + r < tile.rows && patch.col < tile.cols);
    products[r] = {};
    factors[r] = 1.0f;
    if (there) {
      products[r] = *reinterpret_cast<const Vector<T>*>(tile.products + (row + r) * tile.ld + patch.col);
      factors[r] = row_factor(tile, row + r);
    }
  }
#pragma unroll
  for (int r = 0; r < kPatchRows; ++r) {
#pragma unroll
    for (int v = 0; v < Patch<T>::kCols; ++v) {
      patch.x[r][v] = as_cosine(products[r].values[v], factors[r] * patch.factors[v]);
      if (!kWhole && !is_pair(tile, row + r, patch.col + v)) patch.x[r][v] = std::numeric_limits<T>::quiet_NaN();
    }
  }
}

}  // namespace gramian::cuda
