#pragma once
// Extremes: values alone are compared for every pair; where they are is asked of few.

#include <limits>

#include "kernels/cuda/reductions/arguments.hpp"
#include "kernels/cuda/reductions/patch.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {

/// An extreme of one tile, or of all cosines: its value, and its place in row-major order, which is the order of pairs.
template <class T, class Place = unsigned>
struct Extreme {
  T value;
  Place at;  // all bits set: nowhere
};

template <class T, class Place>
__device__ __forceinline__ bool before(const Extreme<T, Place>& a, const Extreme<T, Place>& b, bool smallest) {
  if (a.value != b.value) return (a.value < b.value) == smallest;
  return a.at < b.at;
}

template <class T, class Place>
__device__ __forceinline__ Extreme<T, Place> warp_extreme(Extreme<T, Place> mine, bool smallest) {
  for (int lanes = kWarp / 2; lanes > 0; lanes /= 2) {
    const Extreme<T, Place> other{__shfl_xor_sync(kFullWarp, mine.value, lanes),
                                  __shfl_xor_sync(kFullWarp, mine.at, lanes)};
    if (before(other, mine, smallest)) mine = other;
  }
  return mine;
}

/// The place of the patch's first value that is `value`, from `origin` on.
template <class T, class Place>
__device__ __forceinline__ Extreme<T, Place> find(const Patch<T>& patch, int64_t ld, Place origin, T value) {
  Extreme<T, Place> found{value, ~Place{0}};
#pragma unroll
  for (int r = kPatchRows - 1; r >= 0; --r) {
#pragma unroll
    for (int v = Patch<T>::kCols - 1; v >= 0; --v) {
      if (patch.x[r][v] == value) found.at = origin + static_cast<Place>((patch.row + r) * ld + patch.col + v);
    }
  }
  return found;
}

/// Values alone are compared for every pair; where they are is asked of few.
template <class T, class Place>
__device__ __forceinline__ void note_extremes(const Patch<T>& patch, int64_t ld, Place origin, Extreme<T, Place>& low,
                                              Extreme<T, Place>& high) {
  T least = std::numeric_limits<T>::infinity();
  T most = -std::numeric_limits<T>::infinity();
#pragma unroll
  for (int r = 0; r < kPatchRows; ++r) {
#pragma unroll
    for (int v = 0; v < Patch<T>::kCols; ++v) {
      least = lesser(least, patch.x[r][v]);
      most = greater(most, patch.x[r][v]);
    }
  }
  if (least <= low.value) {
    const Extreme<T, Place> mine = find(patch, ld, origin, least);
    if (before(mine, low, true)) low = mine;
  }
  if (most >= high.value) {
    const Extreme<T, Place> mine = find(patch, ld, origin, most);
    if (before(mine, high, false)) high = mine;
  }
}

/// The block's best of this tile, into what it knew before. `found` has room for two a warp.
template <int kWarps, class T, class Place>
__device__ void settle_extremes(Extreme<T, Place> low, Extreme<T, Place> high, const TileView<T>& tile,
                                BlockExtremes<T>& best, Extreme<T, Place>* found) {
  const unsigned lane = threadIdx.x % kWarp;
  low = warp_extreme(low, true);
  high = warp_extreme(high, false);
  if (lane == 0) {
    found[threadIdx.x / kWarp] = low;
    found[kWarps + threadIdx.x / kWarp] = high;
  }
  __syncthreads();
  if (threadIdx.x != 0) return;
  for (int w = 0; w < kWarps; ++w) {
    if (before(found[w], low, true)) low = found[w];
    if (before(found[kWarps + w], high, false)) high = found[kWarps + w];
  }
  const auto comes_first = [](int64_t i, int64_t j, int64_t at_i, int64_t at_j) {
    return i < at_i || (i == at_i && j < at_j);
  };
  if (low.at != ~Place{0}) {
    const int64_t i = tile.row_begin + static_cast<int64_t>(low.at) / tile.ld;
    const int64_t j = tile.col_begin + static_cast<int64_t>(low.at) % tile.ld;
    if (low.value < best.min || (low.value == best.min && comes_first(i, j, best.min_i, best.min_j))) {
      best.min = low.value;
      best.min_i = i;
      best.min_j = j;
    }
  }
  if (high.at != ~Place{0}) {
    const int64_t i = tile.row_begin + static_cast<int64_t>(high.at) / tile.ld;
    const int64_t j = tile.col_begin + static_cast<int64_t>(high.at) % tile.ld;
    if (high.value > best.max || (high.value == best.max && comes_first(i, j, best.max_i, best.max_j))) {
      best.max = high.value;
      best.max_i = i;
      best.max_j = j;
    }
  }
}

}  // namespace gramian::cuda
