#pragma once
// The devices that one backend drives.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

class Machine {
 public:
  /// `numbers`: of the devices, which must be of one kind; empty: all those of the kind of the first that can be used.
  /// That one is started, the others when work pays for them: one for every `worth_a_device` multiply-adds. Looks for
  /// the vendor's libraries before it touches a device. Throws DeviceUnavailable where there is nothing to work with.
  Machine(const std::vector<int>& numbers, int64_t memory_limit, double worth_a_device);

  Device& first() const { return *devices_.front(); }
  /// As many devices as so much work pays for, the first among them, all of them started.
  std::vector<Device*> for_work(double multiply_adds);
  /// Counts the devices that have been started.
  std::vector<const Device*> started() const;
  /// Tells people which part of this machine is not used and why; empty where all of it is.
  const std::string& left_out() const { return left_out_; }

 private:
  void note(const std::string& what);

  std::vector<std::unique_ptr<Device>> devices_;
  double worth_a_device_;
  std::string left_out_;
};

}  // namespace gramian::cuda
