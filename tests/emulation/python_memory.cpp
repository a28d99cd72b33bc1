// Memory of emulated devices, for tests in Python that lend arrays of it: ctypes finds these functions in the
// extension.

#include <cuda_runtime.h>

#include <cstdlib>
#include <cstring>

#include "tests/emulation/control.hpp"

#define GRAMIAN_FOR_PYTHON extern "C" __attribute__((visibility("default")))

/// A new buffer of device `number` with a copy of `size` bytes, written before this returns; null where there is none.
GRAMIAN_FOR_PYTHON void* gramian_test_lend(int number, const void* bytes, size_t size) {
  int current = 0;
  void* memory = nullptr;
  cudaStream_t stream = nullptr;
  if (cudaGetDevice(&current) != cudaSuccess || cudaSetDevice(number) != cudaSuccess) return nullptr;
  if (cudaMalloc(&memory, size) != cudaSuccess) return nullptr;
  if (cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, 0) != cudaSuccess) return nullptr;
  if (cudaMemcpyAsync(memory, bytes, size, cudaMemcpyHostToDevice, stream) != cudaSuccess) return nullptr;
  if (cudaStreamDestroy(stream) != cudaSuccess || cudaSetDevice(current) != cudaSuccess) return nullptr;
  return memory;
}

GRAMIAN_FOR_PYTHON int gramian_test_free(void* memory) { return cudaFree(memory); }

/// Writes at `to` what stands at `from`, in a device's memory, on a stream that nobody waits for here.
GRAMIAN_FOR_PYTHON int gramian_test_write_later(int number, void* to, const void* bytes, size_t size) {
  int current = 0;
  cudaStream_t stream = nullptr;  // it lives as long as the process
  cudaGetDevice(&current);
  cudaSetDevice(number);
  cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, 0);
  const cudaError_t status = cudaMemcpyAsync(to, bytes, size, cudaMemcpyHostToDevice, stream);
  cudaSetDevice(current);
  return status;
}

/// The calling thread's device.
GRAMIAN_FOR_PYTHON int gramian_test_current_device() {
  int current = -1;
  cudaGetDevice(&current);
  return current;
}
GRAMIAN_FOR_PYTHON int gramian_test_use_device(int number) { return cudaSetDevice(number); }

GRAMIAN_FOR_PYTHON void gramian_test_configure(int devices, size_t memory_bytes) {
  emulation::Settings settings;
  settings.devices = devices;
  settings.memory_bytes = memory_bytes;
  emulation::configure(settings);
}
/// Bytes of all devices that are allocated; that have gone from the host to devices, and back.
GRAMIAN_FOR_PYTHON size_t gramian_test_allocated() { return emulation::allocated_bytes(); }
GRAMIAN_FOR_PYTHON size_t gramian_test_copied() { return emulation::copied_bytes(); }
GRAMIAN_FOR_PYTHON size_t gramian_test_copied_back() { return emulation::copied_back_bytes(); }
