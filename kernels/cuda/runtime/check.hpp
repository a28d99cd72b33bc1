#pragma once
// A status of the CUDA runtime becomes an exception here.

#include <cuda_runtime.h>

#include <string>

namespace gramian::cuda {

/// Throws OutOfMemory for cudaErrorMemoryAllocation and DeviceUnavailable for any other failure of `what`.
void check(cudaError_t status, const char* what);

/// For a failed call of a vendor's library. Throws OutOfMemory where the device has hardly any left, whatever the
/// library calls it (`out_of_memory`: it says so itself), and DeviceUnavailable otherwise.
[[noreturn]] void throw_library_failure(const char* library, const char* what, const std::string& status,
                                        bool out_of_memory);

/// For destructors: a failure is logged.
void log_failure(cudaError_t status, const char* what) noexcept;

}  // namespace gramian::cuda
