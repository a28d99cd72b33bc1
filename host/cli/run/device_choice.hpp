#pragma once
// Which device a command runs on. Here alone the program meets the CUDA backend, so that it can be linked with another.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/backend.hpp"

namespace gramian::cli {

/// "auto", "cpu", "cuda" or "cuda:N"; `memory_limit`: bytes of each GPU, 0: what is free. Throws InvalidUsage for
/// another word and DeviceUnavailable for what is not here or cannot be used. "auto" then takes the CPU, and says so
/// where there is a GPU.
std::unique_ptr<Backend> make_backend(const std::string& device, int threads, int64_t memory_limit);

struct Gpu {
  std::string name;  // "cuda:0"
  std::string hardware;
  std::string detail;
  bool usable = false;
};

/// `why_none` says why the list is empty.
struct GpuList {
  std::vector<Gpu> gpus;
  std::string why_none;
};
GpuList list_gpus();

}  // namespace gramian::cli
