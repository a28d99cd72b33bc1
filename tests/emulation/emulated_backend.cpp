#include "tests/emulation/emulated_backend.hpp"

#include "kernels/cuda/backend.hpp"

namespace gramian::testing {

std::unique_ptr<Backend> make_emulated_backend(const emulation::Settings& settings, const EmulatedOptions& options) {
  emulation::configure(settings);
  return cuda::make_backend({.devices = options.devices,
                             .tile_edge = options.tile_edge,
                             .memory_limit = options.memory_limit,
                             .worth_a_device = options.worth_a_device,
                             .single_form = options.int8 ? cuda::SingleForm::int8 : cuda::SingleForm::automatic,
                             .fused = options.fused});
}

}  // namespace gramian::testing
