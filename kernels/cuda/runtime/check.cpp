#include "kernels/cuda/runtime/check.hpp"

#include <spdlog/spdlog.h>

#include <string>

#include "engine/error.hpp"
#include "kernels/cuda/runtime/device_memory.hpp"

namespace gramian::cuda {

void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // the runtime remembers it, and the next check would find it again
  if (status == cudaErrorMemoryAllocation) throw OutOfMemory(std::string("the CUDA device has no memory for ") + what);
  throw DeviceUnavailable(std::string("CUDA: ") + what + ": " + cudaGetErrorString(status));
}

void throw_library_failure(const char* library, const char* what, const std::string& status, bool out_of_memory) {
  if (out_of_memory || memory_is_short()) {
    throw OutOfMemory(std::string("the CUDA device has no memory for ") + library + ": " + what + ": " + status);
  }
  throw DeviceUnavailable(std::string(library) + ": " + what + ": " + status);
}

void log_failure(cudaError_t status, const char* what) noexcept {
  // At the end of a process the driver may be gone before the last buffer is.
  if (status == cudaSuccess || status == cudaErrorCudartUnloading) return;
  try {
    spdlog::error("CUDA: {}: {}", what, cudaGetErrorString(status));
  } catch (...) {  // NOLINT(bugprone-empty-catch): nothing is left to do
  }
}

}  // namespace gramian::cuda
