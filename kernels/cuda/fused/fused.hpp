#pragma once
// Products of int8 slices and what consumes them in one kernel: no tile of cosines ever lies in global memory, and no
// library is asked.
//
// Blocks are as many as multiprocessors and take pieces of 128 x 128 cosines in turn, of all tiles of a batch. A piece
// is summed slice by slice: rows come by cp.async into two stages of shared memory, eight warps multiply 64 x 32 each
// by mma.m16n8k32, s2, s1 and s0 of rows/slices.hpp one after the other in the same int32 registers, each added to fp32
// ones that are divided by 256 between them: the bits of weigh_sums. Then 32 rows at a time go to shared memory, where
// the consumers of reductions/ take them as they take a tile. 99 KB of shared memory, as every device from 8.0 on has
// them.
//
// Exact sums and integer counters: neither the order of blocks nor the cut into tiles and pieces shows.

#include <cuda_runtime.h>

#include <cstdint>

#include "engine/reductions/list.hpp"
#include "engine/sweep/sweep.hpp"
#include "kernels/cuda/reductions/arguments.hpp"

namespace gramian::cuda {

/// A tile of a batch.
struct FusedTile {
  const int8_t* a = nullptr;  // its first row: five slices, as Form::int8 has them
  const int8_t* b = nullptr;  // its first column
  int64_t row_begin = 0, col_begin = 0;
  int rows = 0, cols = 0;
  bool diagonal = false;
  int64_t first_piece = 0;                   // in the batch
  int64_t probes_begin = 0, probes_end = 0;  // of the batch's
};

struct FusedBatch {
  const FusedTile* tiles = nullptr;  // on the device
  int count = 0;
  int64_t pieces = 0;
  int64_t slice = 0;    // bytes of one, a multiple of 64
  int64_t columns = 0;  // of all cosines
};

/// Pieces of a tile.
int64_t pieces_of(int rows, int cols);

/// Whether the kernel has consumers for all of a request: everything but neighbours.
bool fuses(const SweepRequest& request);

/// Consumes all cosines of the batch. Of `arguments.tile` the scales alone are read; dense cosines are those of a batch
/// of one tile. `blocks` as for reduce_tile.
void fused_reduce(const FusedBatch& batch, const ReduceArguments<float>& arguments, int64_t blocks,
                  cudaStream_t stream);

/// The batch's probes, by plain sums over slices.
void fused_probes(const FusedBatch& batch, const ReduceArguments<float>& arguments, cudaStream_t stream);

}  // namespace gramian::cuda
