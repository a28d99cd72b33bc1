#include "kernels/cuda/runtime/kernel_code.hpp"

#include "engine/error.hpp"
#include "kernels/cuda/runtime/device.hpp"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

__global__ void any_kernel() {}

}  // namespace

void require_code(int number, const cudaDeviceProp& properties) {
  cudaFuncAttributes attributes{};
  const cudaError_t status = cudaFuncGetAttributes(&attributes, any_kernel);
  if (status == cudaErrorNoKernelImageForDevice || status == cudaErrorInvalidDeviceFunction) {
    cudaGetLastError();
    throw DeviceUnavailable("cuda:" + std::to_string(number) + " (" + description_of(properties) +
                            "): this program was built for other architectures; build it with " +
                            "-DGRAMIAN_CUDA_ARCH=native on this machine");
  }
  check(status, "a look at the kernels");
}

}  // namespace gramian::cuda
