#pragma once
// Counts a row, and reductions that few requests ask for.

#include "kernels/cuda/reductions/arguments.hpp"
#include "kernels/cuda/reductions/patch.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {

/// Adds to the degrees of the patch's columns: `counts` has 8 bits for each.
template <class T>
__device__ __forceinline__ void add_column_degrees(uint64_t* degrees, const Patch<T>& patch, const TileView<T>& tile,
                                                   unsigned counts) {
  for (int v = 0; counts != 0; ++v, counts >>= 8) {
    if ((counts & 0xffu) != 0) count(degrees + tile.col_begin + patch.col + v, counts & 0xffu);
  }
}

/// Degrees of the patch's rows, by sums over the warp; those of columns under the first threshold stay in
/// `first_columns`, since mostly there is no other.
template <class T>
__device__ __forceinline__ void count_degrees(const Patch<T>& patch, const TileView<T>& tile,
                                              const DegreeArguments<T>& arguments, unsigned& first_columns) {
  for (int t = 0; t < arguments.count; ++t) {
    const DeviceDegrees<T>& degrees = arguments.thresholds[t];
    unsigned of_columns = 0;
#pragma unroll
    for (int r = 0; r < kPatchRows; ++r) {
      unsigned reached = 0;  // 8 bits a column
#pragma unroll
      for (int v = 0; v < Patch<T>::kCols; ++v) {
        if (patch.x[r][v] >= degrees.threshold) reached += 1u << (8 * v);
      }
      of_columns += reached;
      if (degrees.of_rows == nullptr) continue;
      const unsigned of_warp = __reduce_add_sync(kFullWarp, reached);
      const unsigned of_row = of_warp * 0x01010101u >> 24;  // the sum of its bytes, 128 at most
      if (threadIdx.x % kWarp == 0 && of_row > 0) count(degrees.of_rows + tile.row_begin + patch.row + r, of_row);
    }
    if (degrees.of_columns == nullptr) continue;
    if (t == 0) {
      first_columns += of_columns;
    } else {
      add_column_degrees(degrees.of_columns, patch, tile, of_columns);
    }
  }
}

/// By the edges of numpy.histogram; 0 is below, bins + 1 above.
__device__ __forceinline__ int64_t slot_of(double x, const DeviceHistogram& histogram) {
  if (x < histogram.lo) return 0;
  if (x > histogram.hi) return histogram.bins + 1;
  // A guess, which the edges then correct; not a number where bins are too narrow for their number a unit to be finite.
  const double guess = (x - histogram.lo) * histogram.per_unit;
  const auto last = histogram.bins - 1;
  int64_t bin = guess < static_cast<double>(last) ? static_cast<int64_t>(guess) : last;
  while (bin > 0 && x < histogram.edges[bin]) --bin;
  while (bin + 1 < histogram.bins && x >= histogram.edges[bin + 1]) ++bin;
  return bin + 1;
}

/// Reads the tile again.
template <class T>
__device__ __forceinline__ void look_at_all(const Patch<T>& patch, const TileView<T>& tile,
                                            const ReduceArguments<T>& arguments, const DenseArguments<T>& dense) {
#pragma unroll 1
  for (int k = 0; k < kPatchRows * Patch<T>::kCols; ++k) {
    const int row = patch.row + k / Patch<T>::kCols;
    const int col = patch.col + k % Patch<T>::kCols;
    if (!is_pair(tile, row, col)) continue;
    const T x = cosine_at(tile, row, col);
    for (int h = 0; h < arguments.histograms.count; ++h) {
      const DeviceHistogram& histogram = arguments.histograms.histograms[h];
      count(histogram.counts + slot_of(static_cast<double>(x), histogram));
    }
    if (arguments.ranks.cells != nullptr) count(arguments.ranks.counts + rank_bin_of(x, arguments.ranks.cells));
    if (dense.cosines != nullptr) dense.cosines[row * dense.ld + col] = x;
  }
}

}  // namespace gramian::cuda
