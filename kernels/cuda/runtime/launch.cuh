#pragma once
// The one place that launches kernels, and what all kernels share.

#include <cuda_runtime.h>

#include <atomic>
#include <cstdint>
#include <utility>

#include "kernels/cuda/runtime/check.hpp"

namespace gramian::cuda {

inline constexpr unsigned kFullWarp = 0xffffffffu;
inline constexpr int kWarp = 32;

/// What a kernel takes for the threads of its blocks. ThreadSanitizer tells 255 threads of the emulation apart.
constexpr int block_threads(int wanted) {
#ifdef __CUDACC__
  return wanted;
#else
  return wanted < emulation::kMostThreads ? wanted : emulation::kMostThreads;
#endif
}

struct LaunchConfig {
  int64_t blocks = 1;
  int threads = 256;         // a multiple of 32
  int64_t shared_bytes = 0;  // dynamic; static shared memory is not used, so that the emulation sees all of it
};

/// Work for no block is no work. `kernel` may use what shared memory the device lets a block have.
template <class... P, class... A>
void launch(void (*kernel)(P...), const LaunchConfig& config, cudaStream_t stream, A&&... arguments) {
  if (config.blocks == 0) return;
  constexpr int64_t kSharedWithoutAsking = 48 << 10;
  if (config.shared_bytes > kSharedWithoutAsking) {
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(config.shared_bytes)),
          "a kernel's shared memory");
  }
  cudaLaunchConfig_t native = {};
  native.gridDim = dim3{static_cast<unsigned>(config.blocks), 1, 1};
  native.blockDim = dim3{static_cast<unsigned>(config.threads), 1, 1};
  native.dynamicSmemBytes = static_cast<size_t>(config.shared_bytes);
  native.stream = stream;
  check(cudaLaunchKernelEx(&native, kernel, std::forward<A>(arguments)...), "a kernel's launch");
}

/// Blocks of `threads` that hold `count` threads, at most `most`; kernels walk on by whole grids.
inline int64_t blocks_for(int64_t count, int threads, int64_t most = 1 << 16) {
  const int64_t blocks = (count + threads - 1) / threads;
  return blocks < most ? blocks : most;
}

__device__ inline int64_t global_thread() { return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ inline int64_t global_threads() { return static_cast<int64_t>(gridDim.x) * blockDim.x; }

/// The block's dynamic shared memory, aligned for any type.
__device__ inline unsigned char* dynamic_shared() {
#ifdef __CUDACC__
  extern __shared__ __align__(16) unsigned char bytes[];
  return bytes;
#else
  return emulation::shared_bytes();
#endif
}

/// Lets the compiler know what it cannot see of a pointer that was itself read from memory: an atomic on an address
/// that might be shared memory's is a loop.
__device__ __forceinline__ void assume_global(const void* pointer) {
#ifdef __CUDA_ARCH__
  __builtin_assume(__isGlobal(pointer));
#else
  static_cast<void>(pointer);
#endif
}

/// Adds to a counter in global memory.
__device__ __forceinline__ void count(uint64_t* at, uint64_t what = 1) {
  assume_global(at);
  atomicAdd(reinterpret_cast<unsigned long long*>(at), static_cast<unsigned long long>(what));
}

/// A value in global memory that other threads change at the same time by atomics.
__device__ __forceinline__ unsigned relaxed_load(const unsigned* at) {
#ifdef __CUDACC__
  unsigned value;
  asm volatile("ld.relaxed.gpu.u32 %0, [%1];" : "=r"(value) : "l"(at));
  return value;
#else
  return std::atomic_ref(*const_cast<unsigned*>(at)).load(std::memory_order_relaxed);
#endif
}

/// Sum over the warp, the same for all lanes and the same bits in every run.
__device__ inline double warp_sum(double x) {
  for (int lanes = kWarp / 2; lanes > 0; lanes /= 2) x += __shfl_xor_sync(kFullWarp, x, lanes);
  return x;
}

}  // namespace gramian::cuda
