#pragma once
// A stand-in for the CUDA runtime, just as large as kernels/cuda needs, so that its sources compile as plain C++ and
// run on the CPU. What it models, and what it does not, stands in tests/emulation/README.md.

#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#define CUDART_VERSION 13000
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)

// A namespace of its own, so that a program may hold the real runtime as well.
inline namespace emulated_cuda_runtime {

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorCudartUnloading = 4,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorInvalidDeviceFunction = 98,
  cudaErrorNoKernelImageForDevice = 209,
  cudaErrorIllegalAddress = 700,
  cudaErrorLaunchFailure = 719,
  cudaErrorUnknown = 999,
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
inline constexpr unsigned cudaStreamNonBlocking = 1;
inline constexpr unsigned cudaEventDefault = 0;
inline constexpr unsigned cudaEventDisableTiming = 2;
inline constexpr unsigned cudaHostAllocDefault = 0;

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};

enum cudaDeviceAttr { cudaDevAttrMemoryPoolsSupported = 115 };
enum cudaMemPoolAttr {
  cudaMemPoolAttrReleaseThreshold = 4,
  cudaMemPoolAttrReservedMemCurrent = 5,
  cudaMemPoolAttrUsedMemCurrent = 7,
};

struct EmulatedStream;
struct EmulatedEvent;
struct EmulatedPool;
using cudaStream_t = EmulatedStream*;
using cudaEvent_t = EmulatedEvent*;
using cudaMemPool_t = EmulatedPool*;

struct cudaDeviceProp {
  char name[256];
  size_t totalGlobalMem;
  int multiProcessorCount;
  int major, minor;
  int l2CacheSize;
  size_t sharedMemPerBlockOptin;
};

struct cudaFuncAttributes {};
struct cudaLaunchAttribute {};
struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
  cudaLaunchAttribute* attrs = nullptr;
  unsigned numAttrs = 0;
};

cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDevice(int* device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaMemGetInfo(size_t* free, size_t* total);
cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaRuntimeGetVersion(int* version);
cudaError_t cudaGetLastError();
const char* cudaGetErrorString(cudaError_t error);
const char* cudaGetErrorName(cudaError_t error);
cudaError_t cudaMalloc(void** pointer, size_t bytes);
cudaError_t cudaFree(void* pointer);
// A pool that keeps nothing: what is freed too early or read too late has to show.
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device);
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value);
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value);
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, size_t bytes);
cudaError_t cudaMallocAsync(void** pointer, size_t bytes, cudaStream_t stream);
cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream);
cudaError_t cudaHostAlloc(void** pointer, size_t bytes, unsigned flags);
cudaError_t cudaFreeHost(void* pointer);
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemcpyPeerAsync(void* to, int to_device, const void* from, int from_device, size_t bytes,
                                cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream);
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest);
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int priority);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags = 0);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to);

}  // namespace emulated_cuda_runtime

namespace emulation {

/// Of a block.
#ifdef GRAMIAN_EMULATION_THREADS
inline constexpr int kMostThreads = GRAMIAN_EMULATION_THREADS;
#else
inline constexpr int kMostThreads = 1024;
#endif

/// Runs `body` for every thread of every block, in the order of `stream`.
cudaError_t enqueue_kernel(const cudaLaunchConfig_t& config, const void* kernel, std::function<void()> body);
/// Runs `work`, which touches device memory, in the order of `stream`: for the host twins of vendor libraries.
cudaError_t enqueue_host(cudaStream_t stream, std::function<void()> work);
cudaError_t allow_shared(const void* kernel, int bytes);
bool has_code();
int device_of(cudaStream_t stream);

/// The calling block's dynamic shared memory.
unsigned char* shared_bytes();
/// Waits for the whole block.
void block_barrier();
/// Waits for the warp's 32 lanes and returns what each of them gave; all must be at the same kind of operation.
const uint64_t* warp_exchange(const char* operation, unsigned mask, uint64_t value);
int lane();

template <class T>
uint64_t to_bits(T value) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  if constexpr (sizeof(T) == 4) {
    return std::bit_cast<uint32_t>(value);
  } else {
    return std::bit_cast<uint64_t>(value);
  }
}
template <class T>
T from_bits(uint64_t bits) {
  if constexpr (sizeof(T) == 4) {
    return std::bit_cast<T>(static_cast<uint32_t>(bits));
  } else {
    return std::bit_cast<T>(bits);
  }
}

}  // namespace emulation

inline namespace emulated_cuda_runtime {

template <class... P, class... A>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(P...), A&&... arguments) {
  std::tuple<std::decay_t<P>...> copies(std::forward<A>(arguments)...);
  return emulation::enqueue_kernel(*config, reinterpret_cast<const void*>(kernel),
                                   [kernel, copies] { std::apply(kernel, copies); });
}

template <class... P>
cudaError_t cudaFuncSetAttribute(void (*kernel)(P...), cudaFuncAttribute, int value) {
  return emulation::allow_shared(reinterpret_cast<const void*>(kernel), value);
}
template <class... P>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes*, void (*)(P...)) {
  return emulation::has_code() ? cudaSuccess : cudaErrorNoKernelImageForDevice;
}

/// Of the thread that runs now.
inline thread_local dim3 threadIdx, blockIdx, blockDim, gridDim;

inline void __syncthreads() { emulation::block_barrier(); }
inline void __syncwarp(unsigned mask = 0xffffffffu) { emulation::warp_exchange("__syncwarp", mask, 0); }

template <class T>
T __shfl_sync(unsigned mask, T value, int from) {
  return emulation::from_bits<T>(emulation::warp_exchange("__shfl_sync", mask, emulation::to_bits(value))[from & 31]);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lanes) {
  const uint64_t* all = emulation::warp_exchange("__shfl_xor_sync", mask, emulation::to_bits(value));
  return emulation::from_bits<T>(all[emulation::lane() ^ lanes]);
}
inline unsigned __ballot_sync(unsigned mask, int predicate) {
  const uint64_t* all = emulation::warp_exchange("__ballot_sync", mask, predicate != 0);
  unsigned bits = 0;
  for (int k = 0; k < 32; ++k) bits |= static_cast<unsigned>(all[k]) << k;
  return bits;
}
inline unsigned __reduce_add_sync(unsigned mask, unsigned value) {
  const uint64_t* all = emulation::warp_exchange("__reduce_add_sync", mask, value);
  unsigned sum = 0;
  for (int k = 0; k < 32; ++k) sum += static_cast<unsigned>(all[k]);
  return sum;
}

template <class T>
T atomicAdd(T* at, std::type_identity_t<T> value) {
  return std::atomic_ref(*at).fetch_add(value, std::memory_order_relaxed);
}
template <class T>
T atomicMax(T* at, std::type_identity_t<T> value) {
  const std::atomic_ref shared(*at);
  T before = shared.load(std::memory_order_relaxed);
  while (value > before && !shared.compare_exchange_weak(before, value, std::memory_order_relaxed)) {
  }
  return before;
}

inline int __popc(unsigned x) { return std::popcount(x); }
inline int __ffs(unsigned x) { return x == 0 ? 0 : std::countr_zero(x) + 1; }
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
/// a b + c rounded towards minus infinity: the product is exact in a double, and so is what its sum with c leaves over.
inline float __fmaf_rd(float a, float b, float c) {
  const double product = static_cast<double>(a) * static_cast<double>(b);
  const double sum = product + static_cast<double>(c);
  const double of_c = sum - product;
  const double rest = (product - (sum - of_c)) + (static_cast<double>(c) - of_c);
  const auto nearest = static_cast<float>(sum);
  const bool above = static_cast<double>(nearest) > sum || (static_cast<double>(nearest) == sum && rest < 0.0);
  return above ? std::nextafter(nearest, -INFINITY) : nearest;
}
/// Rounded one by one: no compiler may contract them.
inline double __dmul_rn(double a, double b) {
  const volatile double product = a * b;
  return product;
}
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dsub_rn(double a, double b) { return a - b; }
inline float __double2float_ru(double x) {
  const auto nearest = static_cast<float>(x);
  return static_cast<double>(nearest) < x ? std::nextafter(nearest, INFINITY) : nearest;
}
inline float __double2float_rd(double x) { return -__double2float_ru(-x); }
inline int __double2int_rd(double x) { return static_cast<int>(std::floor(x)); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }
inline long long __double_as_longlong(double x) { return std::bit_cast<long long>(x); }
inline double __longlong_as_double(long long x) { return std::bit_cast<double>(x); }

}  // namespace emulated_cuda_runtime
