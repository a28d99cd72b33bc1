#pragma once
// The one place where exact sums of slices become a product of rows.

#include <cuda_runtime.h>

#include <cstdint>

namespace gramian::cuda {

/// Fused or not, the same bits: products by 2^-8 are exact.
__device__ __forceinline__ float weighed(int32_t first, int32_t second, int32_t third) {
  constexpr float kNext = 0x1p-8f;
  const float small = static_cast<float>(third) * kNext + static_cast<float>(second);
  return small * kNext + static_cast<float>(first);
}

}  // namespace gramian::cuda
