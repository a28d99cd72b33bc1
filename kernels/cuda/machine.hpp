#pragma once
// The devices that one backend drives.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/cuda/device.hpp"

namespace gramian::cuda {

struct Machine {
  std::vector<std::unique_ptr<Device>> devices;

  Device& first() const { return *devices.front(); }
};

inline std::string megabytes(int64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MB"; }

}  // namespace gramian::cuda
