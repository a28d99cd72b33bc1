#include "kernels/cuda/runtime/check.hpp"

#include <spdlog/spdlog.h>

#include <string>

#include "engine/error.hpp"

namespace gramian::cuda {

void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // the runtime remembers it, and the next check would find it again
  if (status == cudaErrorMemoryAllocation) throw OutOfMemory(std::string("the CUDA device has no memory for ") + what);
  throw DeviceUnavailable(std::string("CUDA: ") + what + ": " + cudaGetErrorString(status));
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
