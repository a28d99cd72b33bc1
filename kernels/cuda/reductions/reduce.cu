#include "kernels/cuda/reductions/reduce.hpp"

#include <algorithm>
#include <limits>

#include "kernels/cuda/reductions/bins.cuh"
#include "kernels/cuda/reductions/brackets.cuh"
#include "kernels/cuda/reductions/extremes.cuh"
#include "kernels/cuda/reductions/nearest.cuh"
#include "kernels/cuda/reductions/patch.cuh"
#include "kernels/cuda/reductions/seldom.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(512);
constexpr int kWarps = kThreads / kWarp;
/// Degrees of columns are counted in 8 bits each while a warp goes down its unit.
constexpr int kMostUnitRows = 248;

/// The least cosine that is noted for any of the patch's columns.
template <class T>
__device__ T least_noted(const Patch<T>& patch, const ReduceArguments<T>& arguments) {
  T least = std::numeric_limits<T>::infinity();
  for (int v = 0; v < Patch<T>::kCols; ++v) {
    if (patch.col + v >= arguments.tile.cols) continue;
    least = lesser(least, noted_from_any(arguments.nearest.columns, arguments.tile.col_begin + patch.col + v));
  }
  return least;
}

/// The blocks share the tile out in units of unit_rows rows and a warp's width of columns, one a warp where the tile is
/// large enough; a warp goes down its unit patch by patch. Integer counters and extremes with their places: the order
/// in which threads come does not show. One function of 69 lines, since what a lane holds lives in registers
/// throughout.
template <class T>
__global__ void __launch_bounds__(kThreads, 1) reduce_kernel(ReduceArguments<T> arguments) {
  constexpr int kUnitCols = kWarp * Patch<T>::kCols;
  const TileView<T>& tile = arguments.tile;
  auto* const fine = reinterpret_cast<unsigned*>(dynamic_shared());
  uint32_t* const touched = fine + kFineSlots;
  KeptStage<T> stage(reinterpret_cast<T*>(dynamic_shared() + kFineShared) + threadIdx.x / kWarp * kStaged);
  auto* const found = reinterpret_cast<Extreme<T>*>(dynamic_shared());  // after the counts are done with
  const bool binned = arguments.counts_bins();
  if (binned) clear_bins<kThreads>(arguments, fine, touched);
  __syncthreads();

  const int lane = static_cast<int>(threadIdx.x % kWarp);
  // Extremes that the block knew before have no place in this tile.
  Extreme<T> low{std::numeric_limits<T>::infinity(), ~0u};
  Extreme<T> high{-std::numeric_limits<T>::infinity(), ~0u};
  if (arguments.extremes.blocks != nullptr) {
    low.value = arguments.extremes.blocks[blockIdx.x].min;
    high.value = arguments.extremes.blocks[blockIdx.x].max;
  }
  const int wide = (tile.cols + kUnitCols - 1) / kUnitCols;
  const int units = (tile.rows + arguments.unit_rows - 1) / arguments.unit_rows * wide;
  const bool neighbors = arguments.nearest.rows.k > 0 || arguments.nearest.columns.k > 0;
  const bool seldom =
      arguments.histograms.count > 0 || arguments.ranks.cells != nullptr || arguments.dense.cosines != nullptr;
  for (int unit = static_cast<int>(global_thread() / kWarp); unit < units;
       unit += static_cast<int>(gridDim.x) * kWarps) {
    const int begin = unit / wide * arguments.unit_rows;
    const int end = begin + arguments.unit_rows < tile.rows ? begin + arguments.unit_rows : tile.rows;
    const int unit_col = unit % wide * kUnitCols;
    if (tile.diagonal && unit_col + kUnitCols - 1 <= begin) continue;
    Patch<T> patch;
    take_columns(patch, tile, unit_col + lane * Patch<T>::kCols);
    const T least_of_columns = neighbors ? least_noted(patch, arguments) : std::numeric_limits<T>::infinity();
    unsigned first_columns = 0;
    for (int row = begin; row < end; row += kPatchRows) {
      const bool whole = row + kPatchRows <= end && unit_col + kUnitCols <= tile.cols &&
                         (!tile.diagonal || unit_col >= row + kPatchRows);
      unsigned hits = 0;
      if (whole) {
        take_rows<true>(patch, tile, row);
        if (binned) hits = count_bins<true>(patch, fine, touched);
      } else {
        take_rows<false>(patch, tile, row);
        if (binned) hits = count_bins<false>(patch, fine, touched);
      }
      if (arguments.brackets.touched != nullptr) look_at_hits(patch, hits, stage, tile, arguments.brackets);
      if (arguments.extremes.blocks != nullptr) note_extremes(patch, tile.ld, 0u, low, high);
      if (neighbors) note_neighbors(patch, tile, arguments.nearest, least_of_columns);
      if (arguments.degrees.count > 0) count_degrees(patch, tile, arguments.degrees, first_columns);
      if (seldom) look_at_all(patch, tile, arguments, arguments.dense);
    }
    if (first_columns != 0) {
      add_column_degrees(arguments.degrees.thresholds[0].of_columns, patch, tile, first_columns);
    }
  }
  if (arguments.brackets.kept.count != nullptr) stage.finish(arguments.brackets);

  for (int64_t p = global_thread(); p < arguments.probes.count; p += global_threads()) {
    arguments.probes.values[p] = cosine_at(tile, arguments.probes.probes[p].row, arguments.probes.probes[p].col);
  }

  __syncthreads();
  if (arguments.fine.counts != nullptr) {
    add_bins<kThreads>(fine, arguments.fine.counts);
    __syncthreads();
  }
  if (arguments.extremes.blocks == nullptr) return;
  settle_extremes<kWarps>(low, high, tile, arguments.extremes.blocks[blockIdx.x], found);
}

template <class T>
__global__ void forget_kernel(BlockExtremes<T>* extremes, int64_t blocks) {
  for (int64_t b = global_thread(); b < blocks; b += global_threads()) {
    extremes[b] = {std::numeric_limits<T>::infinity(), -std::numeric_limits<T>::infinity(), 0, 0, 0, 0};
  }
}

}  // namespace

int64_t reduce_blocks(int multiprocessors) { return multiprocessors; }

template <class T>
void forget_extremes(BlockExtremes<T>* extremes, int64_t blocks, cudaStream_t stream) {
  launch(forget_kernel<T>, {blocks_for(blocks, 32), 32}, stream, extremes, blocks);
}

template <class T>
void reduce_tile(const ReduceArguments<T>& arguments, int64_t blocks, cudaStream_t stream) {
  int64_t shared = arguments.counts_bins() ? kFineShared : 2 * kWarps * int64_t{sizeof(Extreme<T>)};
  if (arguments.brackets.kept.count != nullptr) shared = kFineShared + kWarps * kStaged * int64_t{sizeof(T)};
  // A unit for every warp, if that leaves it a patch at least; no more blocks than have work, since every one has its
  // counts to clear and to add up.
  constexpr int64_t kUnitCols = int64_t{kWarp} * Patch<T>::kCols;
  const int64_t wide = (arguments.tile.cols + kUnitCols - 1) / kUnitCols;
  const int64_t rows = (arguments.tile.rows * wide + blocks * kWarps - 1) / (blocks * kWarps);
  ReduceArguments<T> dealt = arguments;
  dealt.unit_rows = static_cast<int>(
      std::clamp<int64_t>((rows + kPatchRows - 1) / kPatchRows * kPatchRows, kPatchRows, kMostUnitRows));
  const int64_t units = (arguments.tile.rows + dealt.unit_rows - 1) / dealt.unit_rows * wide;
  const int64_t busy = std::min(blocks, (units + kWarps - 1) / kWarps);
  launch(reduce_kernel<T>, {busy, kThreads, shared}, stream, dealt);
}

template void forget_extremes<float>(BlockExtremes<float>*, int64_t, cudaStream_t);
template void forget_extremes<double>(BlockExtremes<double>*, int64_t, cudaStream_t);
template void reduce_tile<float>(const ReduceArguments<float>&, int64_t, cudaStream_t);
template void reduce_tile<double>(const ReduceArguments<double>&, int64_t, cudaStream_t);

}  // namespace gramian::cuda
