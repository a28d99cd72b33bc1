#pragma once
// How the block of the fused kernel cuts a piece among its warps, and how slices lie in shared memory.

#include <cstdint>

#include "kernels/cuda/fused/fused.hpp"
#include "kernels/cuda/runtime/launch.cuh"
#include "kernels/cuda/runtime/tensor_core.cuh"

namespace gramian::cuda {

inline constexpr int kFusedThreads = block_threads(256);
inline constexpr int kFusedWarps = kFusedThreads / kWarp;
/// Rows and columns of a warp, in blocks of 16 x 8 as the instruction has them.
inline constexpr int kWarpRows = 64;
inline constexpr int kWarpCols = 32;
inline constexpr int kWarpsAcross = kFusedWarps >= 4 ? 4 : kFusedWarps;
inline constexpr int kPieceRows = kFusedWarps / kWarpsAcross * kWarpRows;
inline constexpr int kPieceCols = kWarpsAcross * kWarpCols;

/// Bytes of every row that one stage holds.
inline constexpr int kStep = 64;
inline constexpr int kStages = 2;
inline constexpr int kStageBytes = (kPieceRows + kPieceCols) * kStep;

/// Rows that lie in shared memory at a time to be consumed, over the stages; a row more would not change banks.
inline constexpr int kShownRows = 32;
inline constexpr int kShownLd = kPieceCols + 4;
inline constexpr int kShownBytes = kShownRows * kShownLd * 4;

/// A piece of a tile: what it begins with, and how much of it is there.
struct Piece {
  const int8_t* a;
  const int8_t* b;
  int row, col;  // within the tile
  int rows, cols;
};

/// 16 bytes of a row of a stage: rows eight apart in a matrix of ldmatrix lie in different banks.
__device__ __forceinline__ int place_of(int row, int chunk) { return row * kStep + ((chunk ^ (row >> 1 & 3)) << 4); }

/// The slices of a and of b, 0 for high to 2 for low, of the pass `pass` of six: s2, s1, s0.
__device__ __forceinline__ int slice_of_a(int pass) { return pass == 0 || pass == 4 ? 1 : pass == 2 ? 2 : 0; }
__device__ __forceinline__ int slice_of_b(int pass) { return pass == 0 || pass == 3 ? 1 : pass == 1 ? 2 : 0; }

/// Begins to copy step `step` of all six passes into its stage.
__device__ __forceinline__ void fetch_step(const Piece& piece, int64_t slice, int per_slice, int step,
                                           unsigned char* stages) {
  const int pass = step / per_slice;
  const int64_t at = static_cast<int64_t>(step % per_slice) * kStep;
  unsigned char* const stage = stages + step % kStages * kStageBytes;
  constexpr int kChunks = kStep / 16;
#pragma unroll
  for (int part = 0; part < (kPieceRows + kPieceCols) * kChunks / kFusedThreads; ++part) {
    const int id = part * kFusedThreads + static_cast<int>(threadIdx.x);
    const int row = id / kChunks;
    const int chunk = id % kChunks;
    const bool of_b = row >= kPieceRows;
    const int own = of_b ? row - kPieceRows : row;
    const bool there = own < (of_b ? piece.cols : piece.rows);
    // In a row of five slices the high one is the third.
    const int which = 2 + (of_b ? slice_of_b(pass) : slice_of_a(pass));
    const int8_t* const rows = of_b ? piece.b : piece.a;
    copy_async(stage + (of_b ? kPieceRows * kStep : 0) + place_of(own, chunk),
               rows + (there ? own : 0) * 5 * slice + which * slice + at + chunk * 16, there);
  }
  close_copies();
}

/// A warp's part of one stage into its sums.
__device__ __forceinline__ void multiply_stage(const unsigned char* stage, int (&sums)[4][4][4]) {
  const int lane = static_cast<int>(threadIdx.x % kWarp);
  const int warp = static_cast<int>(threadIdx.x / kWarp);
  const unsigned char* const a = stage;
  const unsigned char* const b = stage + kPieceRows * kStep;
  const int row = warp / kWarpsAcross * kWarpRows + lane % 16;
  const int col = warp % kWarpsAcross * kWarpCols + lane % 8 + lane / 16 * 8;
#pragma unroll
  for (int half = 0; half < kStep / 32; ++half) {
    unsigned of_a[4][4];
    unsigned of_b[2][4];
#pragma unroll
    for (int m = 0; m < 4; ++m) load_matrices(of_a[m], a + place_of(row + m * 16, half * 2 + lane / 16));
#pragma unroll
    for (int p = 0; p < 2; ++p) load_matrices(of_b[p], b + place_of(col + p * 16, half * 2 + lane / 8 % 2));
#pragma unroll
    for (int m = 0; m < 4; ++m) {
#pragma unroll
      for (int q = 0; q < 4; ++q) multiply_add(sums[m][q], of_a[m], of_b[q / 2][q % 2 * 2], of_b[q / 2][q % 2 * 2 + 1]);
    }
  }
}

/// The products of a piece: rows 16 m + 8 h + lane / 4 and columns 8 q + 2 (lane % 4) + e of the warp's at [m][q][2 h +
/// e].
__device__ __forceinline__ void form_piece(const Piece& piece, int64_t slice, unsigned char* stages,
                                           float (&products)[4][4][4]) {
  int sums[4][4][4] = {};
#pragma unroll
  for (int m = 0; m < 4; ++m) {
#pragma unroll
    for (int q = 0; q < 4; ++q) {
#pragma unroll
      for (int e = 0; e < 4; ++e) products[m][q][e] = 0.0f;
    }
  }
  const auto per_slice = static_cast<int>(slice / kStep);
  const int steps = 6 * per_slice;
  fetch_step(piece, slice, per_slice, 0, stages);
  for (int step = 0; step < steps; ++step) {
    await_copies<0>();
    __syncthreads();
    if (step + 1 < steps) fetch_step(piece, slice, per_slice, step + 1, stages);
    multiply_stage(stages + step % kStages * kStageBytes, sums);
    if (step + 1 != 3 * per_slice && step + 1 != 5 * per_slice && step + 1 != steps) continue;
#pragma unroll
    for (int m = 0; m < 4; ++m) {
#pragma unroll
      for (int q = 0; q < 4; ++q) {
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          products[m][q][e] = products[m][q][e] * 0x1p-8f + static_cast<float>(sums[m][q][e]);
          sums[m][q][e] = 0;
        }
      }
    }
  }
}

/// Two of the warp's blocks of 16 rows into `shown` (32 rows).
template <int kFirst>
__device__ __forceinline__ void show(const float (&products)[4][4][4], float* shown) {
  struct alignas(8) Two {
    float values[2];
  };
  const int lane = static_cast<int>(threadIdx.x % kWarp);
  const int col = static_cast<int>(threadIdx.x / kWarp) % kWarpsAcross * kWarpCols + lane % 4 * 2;
#pragma unroll
  for (int m = 0; m < 2; ++m) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float* const row = shown + (m * 16 + half * 8 + lane / 4) * kShownLd + col;
#pragma unroll
      for (int q = 0; q < 4; ++q) {
        *reinterpret_cast<Two*>(row + q * 8) = {products[kFirst + m][q][half * 2],
                                                products[kFirst + m][q][half * 2 + 1]};
      }
    }
  }
}

}  // namespace gramian::cuda
