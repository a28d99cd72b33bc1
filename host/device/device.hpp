#pragma once
// Which device work runs on. Of host/ this folder alone sees kernels/, and here alone the library meets the CUDA
// backend, so that it can be linked with another.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/backend.hpp"

namespace gramian::host {

/// Where sentences go; either may be empty.
struct Tell {
  std::function<void(const std::string&)> warn;
  std::function<void(const std::string&)> note;
};

/// How a GPU is used, where one is.
struct GpuUse {
  int64_t memory_limit = 0;  // bytes of each GPU; 0: what is free
  bool fused = false;        // tiles of `single` by the fused kernel
  int first = 0;             // that "auto" takes, as a matrix lies in its memory; 0 takes others of its kind as well
};

/// "auto", "cpu", "cuda" or "cuda:N". Throws InvalidUsage for another word and DeviceUnavailable for what is not here
/// or cannot be used. "auto" then takes the CPU, and warns where there is a GPU. A GPU that this version meets for the
/// first time with its driver has to find in a trial (trial.hpp) what the CPU finds, which is told; one that does not
/// cannot be used.
std::unique_ptr<Backend> make_backend(const std::string& device, int threads, const GpuUse& use, const Tell& tell);

/// What a GPU, by its number, finds otherwise than the CPU (trial.hpp); empty where nothing is. Throws as make_backend
/// does.
std::vector<std::string> try_gpu(int number, int threads);

/// Processors that this process may use.
int available_threads();
/// Bytes of memory that it may still use.
int64_t free_memory();

struct Cpu {
  std::string name;
  std::string hardware;
  std::string detail;
  std::vector<std::string> instruction_sets;  // the first is used
  std::string blas_core;                      // whose kernels OpenBLAS runs
};
Cpu cpu(int threads);

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

}  // namespace gramian::host
