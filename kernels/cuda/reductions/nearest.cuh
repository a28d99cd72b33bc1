#pragma once
// Which cosines of a tile may be a neighbour: what reaches the threshold of a row or of a column is noted.

#include <limits>

#include "kernels/cuda/reductions/arguments.hpp"
#include "kernels/cuda/reductions/patch.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {

template <class T>
__device__ __forceinline__ void note_neighbor(const NeighborView<T>& view, int place, T x, int64_t other) {
  // Too many already, whatever is read here: the count never falls. Others add to it meanwhile.
  if (relaxed_load(view.noted + place) > kPlaces) return;
  const unsigned at = atomicAdd(view.noted + place, 1u);
  if (at < kPlaces) view.places[static_cast<int64_t>(place) * kPlaces + at] = neighbor_key(x, other);
}

/// The least cosine that is noted for this row. For a row whose list is not full nothing is: the merge looks
/// through the whole tile.
template <class T>
__device__ __forceinline__ T noted_from(const NeighborView<T>& view, int64_t row) {
  const T threshold = view.thresholds[row];
  return threshold == -std::numeric_limits<T>::infinity() ? -threshold : threshold;
}

/// The same for a row of a view that may be of no lists at all.
template <class T>
__device__ __forceinline__ T noted_from_any(const NeighborView<T>& view, int64_t row) {
  return view.k > 0 ? noted_from(view, row) : std::numeric_limits<T>::infinity();
}

template <class T>
__device__ __forceinline__ void note_neighbors(const Patch<T>& patch, const TileView<T>& tile,
                                               const NearestArguments<T>& nearest, T least_of_columns) {
  unsigned rows = 0;  // a bit a row that has something to note
#pragma unroll
  for (int r = 0; r < kPatchRows; ++r) {
    T most = patch.x[r][0];
#pragma unroll
    for (int v = 1; v < Patch<T>::kCols; ++v) most = greater(most, patch.x[r][v]);
    T wanted = least_of_columns;
    if (patch.row + r < tile.rows) {
      wanted = lesser(wanted, noted_from_any(nearest.rows, tile.row_begin + patch.row + r));
    }
    if (most >= wanted) rows |= 1u << r;
  }
  for (; rows != 0; rows &= rows - 1) {
    const int row = patch.row + __ffs(rows) - 1;
    const T row_from = noted_from_any(nearest.rows, tile.row_begin + row);
    for (int v = 0; v < Patch<T>::kCols; ++v) {
      const int col = patch.col + v;
      if (!is_pair(tile, row, col)) continue;
      const T x = cosine_at(tile, row, col);
      if (x >= row_from) note_neighbor(nearest.rows, row, x, tile.col_begin + col);
      if (x >= noted_from_any(nearest.columns, tile.col_begin + col)) {
        note_neighbor(nearest.columns, col, x, tile.row_begin + row);
      }
    }
  }
}

}  // namespace gramian::cuda
