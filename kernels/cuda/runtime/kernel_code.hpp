#pragma once
// Whether the program holds code for a device.

#include <cuda_runtime.h>

namespace gramian::cuda {

/// Throws DeviceUnavailable where the kernels were compiled for no architecture that the current device, number
/// `number`, can run.
void require_code(int number, const cudaDeviceProp& properties);

}  // namespace gramian::cuda
