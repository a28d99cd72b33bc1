#include "kernels/cuda/runtime/device_memory.hpp"

#include <cuda_runtime.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <limits>
#include <map>
#include <mutex>
#include <string>

#include "engine/error.hpp"
#include "kernels/cuda/runtime/check.hpp"
#include "kernels/cuda/runtime/handles.hpp"

namespace gramian::cuda {
namespace {

/// Memory left to the driver and the libraries of a device with so many bytes: code of kernels, which is loaded when
/// they are first launched, cuBLAS's by the megabyte, and what pools and the driver round up to.
int64_t reserve_of(int64_t total) {
  constexpr int64_t kReserve = int64_t{256} << 20;
  return std::max(total / 50, std::min(kReserve, total / 16));
}

/// Larger blocks go back to the driver at once: rows of a matrix, of which the next may be another size.
constexpr int64_t kKept = int64_t{256} << 20;

struct Pool {
  cudaMemPool_t pool = nullptr;  // null where the device has none
  Stream stream;                 // for nothing else, so that it is never behind
  std::atomic<int64_t> used{0};
  std::atomic<int64_t> limit{std::numeric_limits<int64_t>::max()};
};

/// The pool of the current device. None ever ends: at the end of a process the driver may be gone before they are.
Pool& pool_of_current_device() {
  static std::mutex mutex;
  static auto* const pools = new std::map<int, Pool>;
  int device = 0;
  check(cudaGetDevice(&device), "the current device");
  const std::scoped_lock lock(mutex);
  if (const auto known = pools->find(device); known != pools->end()) return known->second;
  Pool& fresh = (*pools)[device];
  int has_pools = 0;
  check(cudaDeviceGetAttribute(&has_pools, cudaDevAttrMemoryPoolsSupported, device), "a device's attribute");
  if (has_pools != 0) {
    check(cudaDeviceGetDefaultMemPool(&fresh.pool, device), "a device's memory pool");
    uint64_t keep_all = UINT64_MAX;
    check(cudaMemPoolSetAttribute(fresh.pool, cudaMemPoolAttrReleaseThreshold, &keep_all), "a device's memory pool");
  }
  return fresh;
}

uint64_t attribute(cudaMemPool_t pool, cudaMemPoolAttr which) {
  uint64_t value = 0;
  check(cudaMemPoolGetAttribute(pool, which, &value), "a device's memory pool");
  return value;
}

/// Null where there is not so much.
void* try_to_allocate(const Pool& own, size_t size, const char* what) {
  void* memory = nullptr;
  const bool pooled = own.pool != nullptr;
  cudaError_t status = pooled ? cudaMallocAsync(&memory, size, own.stream.get()) : cudaMalloc(&memory, size);
  if (status == cudaErrorMemoryAllocation && pooled) {
    // The pool's free memory may lie in pieces.
    cudaGetLastError();
    trim_pool();
    status = cudaMallocAsync(&memory, size, own.stream.get());
  }
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return nullptr;
  }
  check(status, what);
  if (pooled) own.stream.synchronize();  // other streams use it too
  return memory;
}

}  // namespace

void limit_memory(int64_t bytes) {
  pool_of_current_device().limit = bytes > 0 ? bytes : std::numeric_limits<int64_t>::max();
}

void* allocate(int64_t bytes, const char* what) {
  Pool& own = pool_of_current_device();
  const bool allowed = own.used.fetch_add(bytes) <= own.limit - bytes;
  void* memory = nullptr;
  try {
    if (allowed) memory = try_to_allocate(own, static_cast<size_t>(bytes), what);
  } catch (...) {
    own.used -= bytes;
    throw;
  }
  if (memory != nullptr) return memory;
  own.used -= bytes;
  throw OutOfMemory(std::string("the CUDA device has no memory for ") + what + " of " + megabytes(bytes) + ": " +
                    megabytes(std::max<int64_t>(allocatable_bytes(), 0)) +
                    (allowed ? " are free" : " are left within the memory limit"));
}

void wait_for(int device) noexcept {
  int current = device;
  log_failure(cudaGetDevice(&current), "the current device");
  if (current != device) log_failure(cudaSetDevice(device), "a device");
  log_failure(cudaDeviceSynchronize(), "work on the device");
  if (current != device) log_failure(cudaSetDevice(current), "a device");
}

void release(void* memory, int64_t bytes, int device) noexcept {
  wait_for(device);
  int current = device;
  log_failure(cudaGetDevice(&current), "the current device");
  try {
    if (current != device) check(cudaSetDevice(device), "a device");
    Pool& own = pool_of_current_device();
    own.used -= bytes;
    if (own.pool == nullptr) {
      log_failure(cudaFree(memory), "the end of a buffer");
    } else {
      log_failure(cudaFreeAsync(memory, own.stream.get()), "the end of a buffer");
      if (bytes > kKept) trim_pool();
    }
  } catch (const std::exception& error) {
    log_failure(cudaErrorUnknown, error.what());
  }
  if (current != device) log_failure(cudaSetDevice(current), "a device");
}

void* allocate_page_locked(int64_t bytes, const char* what) {
  void* memory = nullptr;
  const cudaError_t status = cudaHostAlloc(&memory, static_cast<size_t>(bytes), cudaHostAllocDefault);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return nullptr;
  }
  check(status, what);
  return memory;
}

int64_t allocatable_bytes() {
  size_t free = 0;
  size_t total = 0;
  check(cudaMemGetInfo(&free, &total), "the device's free memory");
  const Pool& own = pool_of_current_device();
  if (own.pool != nullptr) {
    free += attribute(own.pool, cudaMemPoolAttrReservedMemCurrent) - attribute(own.pool, cudaMemPoolAttrUsedMemCurrent);
  }
  const int64_t beside_reserve = static_cast<int64_t>(free) - reserve_of(static_cast<int64_t>(total));
  return std::min(std::max<int64_t>(beside_reserve, 0), own.limit - own.used);
}

bool memory_is_short() noexcept {
  size_t free = 0;
  size_t total = 0;
  if (cudaMemGetInfo(&free, &total) != cudaSuccess) {
    cudaGetLastError();
    return false;
  }
  return static_cast<int64_t>(free) < reserve_of(static_cast<int64_t>(total)) / 2;
}

void trim_pool() {
  const Pool& own = pool_of_current_device();
  if (own.pool == nullptr) return;
  own.stream.synchronize();  // what has ended only counts as unused then
  check(cudaMemPoolTrimTo(own.pool, 0), "a device's memory pool");
}

}  // namespace gramian::cuda
