#pragma once
// CUDA devices as a backend.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/backend.hpp"

namespace gramian::cuda {

/// What unit rows of `single` consist of; automatic: what the device multiplies fastest.
enum class SingleForm : uint8_t { automatic, fp16, int8 };

struct CudaOptions {
  std::vector<int> devices{};  // by CUDA's numbers, all of one kind; empty: those of the kind of the first usable one
  int64_t tile_edge = 0;       // 0: what fits the L2 cache; else a multiple of 16
  int64_t memory_limit = 0;    // bytes of each device for all buffers; 0: what is free
  /// Multiply-adds of a sweep for which another device is started: what one does in the better part of a second, in
  /// which another has its context and a copy of the rows. An estimate, not measured. Results do not depend on it.
  double worth_a_device = 1e14;
  SingleForm single_form = SingleForm::automatic;
  /// Tiles of `single` are formed and consumed by the fused kernel, which takes rows as int8, instead of cuBLAS and a
  /// kernel after it; the same bits as cuBLAS with rows as int8. Sweeps for neighbours go by cuBLAS all the same.
  bool fused = false;
};

/// Throws DeviceUnavailable where there is no driver, no such device, or one that is too old.
std::unique_ptr<Backend> make_backend(const CudaOptions& options);

struct DeviceSummary {
  int number = 0;
  std::string hardware;
  std::string detail;  // compute capability, multiprocessors, memory
  bool usable = false;
};

/// The devices that there are; `why_none` says why the list is empty.
struct DeviceList {
  std::vector<DeviceSummary> devices;
  std::string why_none;
};
DeviceList list_devices();

}  // namespace gramian::cuda
