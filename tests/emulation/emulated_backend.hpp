#pragma once
// The CUDA backend, its kernels run by the emulation. Its sources are compiled a second time for it, in a namespace of
// their own (gramian::emulated_cuda), so that a program may hold both.

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/backend.hpp"
#include "tests/emulation/control.hpp"

namespace gramian::testing {

/// As cuda::CudaOptions, but that all devices take part in whatever work there is.
struct EmulatedOptions {
  int64_t tile_edge = 0;
  std::vector<int> devices{};
  int64_t memory_limit = 0;
  double worth_a_device = 0.0;
  bool int8 = false;  // rows of `single` are int8, whatever the device
  bool fused = false;
};

/// Configures the emulation.
std::unique_ptr<Backend> make_emulated_backend(const emulation::Settings& settings,
                                               const EmulatedOptions& options = {});

}  // namespace gramian::testing
