#pragma once
// Bits that look random and depend on a column's number alone: the same on every device and in every run.

#include <cuda_runtime.h>

#include <cstdint>

namespace gramian::cuda {

/// Steps of splitmix64 (Steele, Lea and Flood, OOPSLA 2014). Any hash of the column does.
__device__ inline uint64_t column_bits(int64_t column) {
  auto bits = static_cast<uint64_t>(column) * 0x9e3779b97f4a7c15u + 0x632be59bd9b4e019u;
  bits ^= bits >> 29;
  bits *= 0xbf58476d1ce4e5b9u;
  bits ^= bits >> 32;
  return bits;
}

}  // namespace gramian::cuda
