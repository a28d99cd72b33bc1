#pragma once
// The kernel that consumes a tile of cosines on the device, in one pass over it.
//
// Histograms and brackets rest on one count over the fine grid, which every block keeps in shared memory. Brackets, on
// the grid or off it, need a closer look only at values in the fine bins that they touch: a bit a bin says so. What
// every cosine costs is what the pass costs, so all that concerns few of them (where an extreme lies, which bracket,
// who is a neighbour) first compares in registers and then reads those few again.

#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/cuda/reductions/arguments.hpp"

namespace gramian::cuda {

/// Blocks that one tile is dealt to; BlockExtremes has as many.
int64_t reduce_blocks(int multiprocessors);

template <class T>
void forget_extremes(BlockExtremes<T>* extremes, int64_t blocks, cudaStream_t stream);

template <class T>
void reduce_tile(const ReduceArguments<T>& arguments, int64_t blocks, cudaStream_t stream);

}  // namespace gramian::cuda
