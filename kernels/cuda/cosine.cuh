#pragma once
// A product of two unit rows as every kernel reads it from a tile.

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

}  // namespace gramian::cuda
