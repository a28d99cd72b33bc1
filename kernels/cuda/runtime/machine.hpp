#pragma once
// The devices that one backend drives.

#include <memory>
#include <vector>

#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

struct Machine {
  std::vector<std::unique_ptr<Device>> devices;

  Device& first() const { return *devices.front(); }
};

}  // namespace gramian::cuda
