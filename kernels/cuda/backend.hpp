#pragma once
// CUDA devices as a backend.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/backend.hpp"

namespace gramian::cuda {

/// How the rows of Precision::single are held: `measured` tries the others on the device, once a process.
enum class SingleForm : uint8_t { measured, split_fp16, fp32 };

struct CudaOptions {
  std::vector<int> devices;  // by CUDA's numbers; empty: all that are there
  int64_t tile_edge = 0;     // 0: what fits the L2 cache; else a multiple of 16
  int64_t memory_limit = 0;  // bytes of each device for all buffers; 0: what is free
  SingleForm single = SingleForm::measured;
};

/// Throws DeviceUnavailable where there is no driver, no such device, or one that is too old.
std::unique_ptr<Backend> make_backend(const CudaOptions& options);

struct DeviceSummary {
  int number = 0;
  std::string hardware;
  std::string detail;  // compute capability, multiprocessors, memory
  bool usable = false;
};

/// What there is; `why_none` says why the list is empty.
struct DeviceList {
  std::vector<DeviceSummary> devices;
  std::string why_none;
};
DeviceList list_devices();

}  // namespace gramian::cuda
