#pragma once
// A block's counts on the fine grid, from their beginning to their end.

#include "kernels/cuda/reductions/arguments.hpp"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {

template <int kThreads, class T>
__device__ void clear_bins(const ReduceArguments<T>& arguments, unsigned* fine, uint32_t* touched) {
  for (unsigned b = threadIdx.x; b < kFineSlots; b += kThreads) fine[b] = 0;
  for (unsigned b = threadIdx.x; b < kTouchedWords; b += kThreads) {
    touched[b] = arguments.brackets.touched != nullptr ? arguments.brackets.touched[b] : 0;
  }
}

/// The block's counts to those of all. A cosine of exactly 1 belongs to the last bin.
template <int kThreads>
__device__ void add_bins(const unsigned* fine, uint64_t* counts) {
  for (unsigned b = threadIdx.x; b < kFineBins; b += kThreads) {
    const unsigned counted = fine[b] + (b == kFineBins - 1 ? fine[kFineBins] : 0);
    if (counted > 0) count(counts + b, counted);
  }
}

}  // namespace gramian::cuda
