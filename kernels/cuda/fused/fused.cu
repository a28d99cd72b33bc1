#include "kernels/cuda/fused/fused.hpp"

#include <algorithm>
#include <limits>
#include <variant>

#include "kernels/cuda/fused/pieces.cuh"
#include "kernels/cuda/reductions/bins.cuh"
#include "kernels/cuda/reductions/brackets.cuh"
#include "kernels/cuda/reductions/extremes.cuh"
#include "kernels/cuda/reductions/patch.cuh"
#include "kernels/cuda/reductions/seldom.cuh"
#include "kernels/cuda/rows/slice_sum.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

/// Places of all cosines do not fit 32 bits.
using FarExtreme = Extreme<float, uint64_t>;
/// Shared memory: stages, over them what is shown and what warps keep of it; then the counts on the fine grid.
constexpr int64_t kStagesShared = kStages * kStageBytes;
static_assert(kShownBytes + kFusedWarps * kStaged * 4 <= kStagesShared);
static_assert(kStagesShared + kFineShared <= 99 << 10);

/// The rows [first, first + kShownRows) of a piece, as a tile of its own. On a diagonal tile its columns are counted
/// from its first row, so that a pair is one whose column comes after its row.
__device__ __forceinline__ TileView<float> shown_view(const FusedTile& tile, const Piece& piece, int first,
                                                      const TileView<float>& scales, const float* shown) {
  const int64_t row_begin = tile.row_begin + piece.row + first;
  const int64_t col_begin = tile.col_begin + piece.col;
  const int shift = tile.diagonal ? static_cast<int>(col_begin - row_begin) : 0;
  const int rows = piece.rows - first < kShownRows ? piece.rows - first : kShownRows;
  return {shown - shift,    kShownLd,        rows, piece.cols + shift, row_begin, col_begin - shift, tile.diagonal,
          scales.row_scale, scales.col_scale};
}

/// One block a multiprocessor, from piece to piece. What a lane holds lives in registers throughout, so this is one
/// function.
__global__ void __launch_bounds__(kFusedThreads, 1) fused_kernel(FusedBatch batch, ReduceArguments<float> arguments) {
  unsigned char* const stages = dynamic_shared();
  auto* const shown = reinterpret_cast<float*>(stages);
  auto* const fine = reinterpret_cast<unsigned*>(stages + kStagesShared);
  uint32_t* const touched = fine + kFineSlots;
  const bool binned = arguments.counts_bins();
  if (binned) clear_bins<kFusedThreads>(arguments, fine, touched);

  const int lane = static_cast<int>(threadIdx.x % kWarp);
  const int warp = static_cast<int>(threadIdx.x / kWarp);
  constexpr uint64_t kNowhere = ~uint64_t{0};
  FarExtreme low{std::numeric_limits<float>::infinity(), kNowhere};
  FarExtreme high{-std::numeric_limits<float>::infinity(), kNowhere};
  if (arguments.extremes.blocks != nullptr) {
    low.value = arguments.extremes.blocks[blockIdx.x].min;
    high.value = arguments.extremes.blocks[blockIdx.x].max;
  }
  const bool seldom =
      arguments.histograms.count > 0 || arguments.ranks.cells != nullptr || arguments.dense.cosines != nullptr;
  int in_batch = 0;
  for (int64_t number = blockIdx.x; number < batch.pieces; number += gridDim.x) {
    while (in_batch + 1 < batch.count && batch.tiles[in_batch + 1].first_piece <= number) ++in_batch;
    const FusedTile& tile = batch.tiles[in_batch];
    const auto place = static_cast<int>(number - tile.first_piece);
    const int across = (tile.cols + kPieceCols - 1) / kPieceCols;
    Piece piece;
    piece.row = place / across * kPieceRows;
    piece.col = place % across * kPieceCols;
    piece.rows = tile.rows - piece.row < kPieceRows ? tile.rows - piece.row : kPieceRows;
    piece.cols = tile.cols - piece.col < kPieceCols ? tile.cols - piece.col : kPieceCols;
    if (tile.diagonal && piece.col + piece.cols - 1 <= piece.row) continue;
    piece.a = tile.a + piece.row * 5 * batch.slice;
    piece.b = tile.b + piece.col * 5 * batch.slice;
    float products[4][4][4];
    __syncthreads();  // what was shown of the piece before lay where rows will
    form_piece(piece, batch.slice, stages, products);

    KeptStage<float> stage(shown + kShownRows * kShownLd + warp * kStaged);
    TileView<float> view = shown_view(tile, piece, 0, arguments.tile, shown);
    Patch<float> patch;
    take_columns(patch, view,
                 static_cast<int>(piece.col + tile.col_begin - view.col_begin) + lane * Patch<float>::kCols);
    unsigned first_columns = 0;
#pragma unroll 1
    for (int first = 0; first < kPieceRows && first < piece.rows; first += kShownRows) {
      __syncthreads();
      if (warp / kWarpsAcross == first / kWarpRows) {
        if (first % kWarpRows == 0) {
          show<0>(products, shown);
        } else {
          show<2>(products, shown);
        }
      }
      __syncthreads();
      view = shown_view(tile, piece, first, arguments.tile, shown);
      const auto begin = static_cast<int>(piece.col + tile.col_begin - view.col_begin);
      patch.col = begin + lane * Patch<float>::kCols;
      for (int row = warp * kPatchRows; row < view.rows; row += kFusedWarps * kPatchRows) {
        const bool whole = row + kPatchRows <= view.rows && begin + kWarp * Patch<float>::kCols <= view.cols &&
                           (!view.diagonal || begin >= row + kPatchRows);
        unsigned hits = 0;
        if (whole) {
          take_rows<true>(patch, view, row);
          if (binned) hits = count_bins<true>(patch, fine, touched);
        } else {
          take_rows<false>(patch, view, row);
          if (binned) hits = count_bins<false>(patch, fine, touched);
        }
        if (arguments.brackets.touched != nullptr) look_at_hits(patch, hits, stage, view, arguments.brackets);
        if (arguments.extremes.blocks != nullptr) {
          const auto origin = static_cast<uint64_t>(view.row_begin * batch.columns + view.col_begin);
          note_extremes(patch, batch.columns, origin, low, high);
        }
        if (arguments.degrees.count > 0) count_degrees(patch, view, arguments.degrees, first_columns);
        if (seldom) {
          DenseArguments<float> dense = arguments.dense;
          if (dense.cosines != nullptr) {
            dense.cosines += (piece.row + first) * dense.ld + (view.col_begin - tile.col_begin);
          }
          look_at_all(patch, view, arguments, dense);
        }
      }
    }
    if (first_columns != 0) {
      add_column_degrees(arguments.degrees.thresholds[0].of_columns, patch, view, first_columns);
    }
    if (arguments.brackets.kept.count != nullptr) stage.finish(arguments.brackets);
  }
  __syncthreads();
  if (arguments.fine.counts != nullptr) add_bins<kFusedThreads>(fine, arguments.fine.counts);
  if (arguments.extremes.blocks == nullptr) return;
  TileView<float> all;
  all.ld = batch.columns;
  settle_extremes<kFusedWarps>(low, high, all, arguments.extremes.blocks[blockIdx.x],
                               reinterpret_cast<FarExtreme*>(stages));
}

/// A block a tile, a warp a probe.
__global__ void __launch_bounds__(kFusedThreads, 1) probe_kernel(FusedBatch batch, ReduceArguments<float> arguments) {
  const FusedTile& tile = batch.tiles[blockIdx.x];
  const auto lane = static_cast<int64_t>(threadIdx.x % kWarp);
  for (int64_t p = tile.probes_begin + threadIdx.x / kWarp; p < tile.probes_end; p += kFusedWarps) {
    const DeviceProbe probe = arguments.probes.probes[p];
    const int8_t* const a = tile.a + (probe.row * int64_t{5} + 2) * batch.slice;
    const int8_t* const b = tile.b + (probe.col * int64_t{5} + 2) * batch.slice;
    int sums[3] = {};
    for (int64_t k = lane; k < batch.slice; k += kWarp) {
      const int x[3] = {a[k], a[batch.slice + k], a[2 * batch.slice + k]};
      const int y[3] = {b[k], b[batch.slice + k], b[2 * batch.slice + k]};
      sums[0] += x[0] * y[0];
      sums[1] += x[0] * y[1] + x[1] * y[0];
      sums[2] += x[1] * y[1] + x[0] * y[2] + x[2] * y[0];
    }
    for (int& sum : sums) sum = static_cast<int>(__reduce_add_sync(kFullWarp, static_cast<unsigned>(sum)));
    if (lane != 0) continue;
    const float factor =
        arguments.tile.row_scale[tile.row_begin + probe.row] * arguments.tile.col_scale[tile.col_begin + probe.col];
    arguments.probes.values[p] = as_cosine(weighed(sums[0], sums[1], sums[2]), factor);
  }
}

}  // namespace

int64_t pieces_of(int rows, int cols) {
  return int64_t{(rows + kPieceRows - 1) / kPieceRows} * ((cols + kPieceCols - 1) / kPieceCols);
}

bool fuses(const SweepRequest& request) {
  return std::ranges::none_of(request, [](const Reduction& wanted) {
    return std::holds_alternative<Nearest>(wanted) || std::holds_alternative<Listed>(wanted);
  });
}

void fused_reduce(const FusedBatch& batch, const ReduceArguments<float>& arguments, int64_t blocks,
                  cudaStream_t stream) {
  launch(fused_kernel, {std::min(blocks, batch.pieces), kFusedThreads, kStagesShared + kFineShared}, stream, batch,
         arguments);
}

void fused_probes(const FusedBatch& batch, const ReduceArguments<float>& arguments, cudaStream_t stream) {
  launch(probe_kernel, {batch.count, kFusedThreads}, stream, batch, arguments);
}

}  // namespace gramian::cuda
