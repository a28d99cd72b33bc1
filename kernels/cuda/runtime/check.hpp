#pragma once
// What becomes of a status of the CUDA runtime.

#include <cuda_runtime.h>

namespace gramian::cuda {

/// Throws OutOfMemory for cudaErrorMemoryAllocation and DeviceUnavailable for any other failure of `what`.
void check(cudaError_t status, const char* what);

/// For destructors: a failure is logged.
void log_failure(cudaError_t status, const char* what) noexcept;

}  // namespace gramian::cuda
