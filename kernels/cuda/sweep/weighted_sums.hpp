#pragma once
// The exact sums of a tile of int8 slices into products of rows.

#include <cuda_runtime.h>

#include <cstdint>

namespace gramian::cuda {

/// s0, s1 and s2 of rows/slices.hpp, m x n each; m, n and ld are multiples of 4.
struct SliceSums {
  const int32_t* first = nullptr;
  const int32_t* second = nullptr;
  const int32_t* third = nullptr;
  int64_t m = 0, n = 0, ld = 0;
};

/// out = (s2 / 256 + s1) / 256 + s0 in fp32, leading dimension ld. It may lie where one of the sums does.
void weigh_sums(const SliceSums& sums, float* out, cudaStream_t stream);

}  // namespace gramian::cuda
