#include "kernels/cuda/runtime/device_algorithms.hpp"

#include <cstddef>
#include <cub/device/device_scan.cuh>

#include "kernels/cuda/runtime/buffers.hpp"

namespace gramian::cuda {

void exclusive_sum(const int64_t* in, int64_t* out, int64_t count, cudaStream_t stream) {
  size_t bytes = 0;
  check(cub::DeviceScan::ExclusiveSum(nullptr, bytes, in, out, count, stream), "a scan's workspace");
  DeviceBuffer<std::byte> workspace(static_cast<int64_t>(bytes), "a scan's workspace");
  check(cub::DeviceScan::ExclusiveSum(workspace.data(), bytes, in, out, count, stream), "a scan");
}

}  // namespace gramian::cuda
