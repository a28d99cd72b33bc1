#include "tests/emulation/emulated_backend.hpp"

#include "kernels/cuda/backend.hpp"

namespace gramian::testing {

std::unique_ptr<Backend> make_emulated_backend(const emulation::Settings& settings, EmulatedForm single,
                                               int64_t tile_edge, const std::vector<int>& devices,
                                               int64_t memory_limit) {
  emulation::configure(settings);
  cuda::CudaOptions options;
  options.devices = devices;
  options.tile_edge = tile_edge;
  options.memory_limit = memory_limit;
  options.single = single == EmulatedForm::split_fp16 ? cuda::SingleForm::split_fp16
                   : single == EmulatedForm::fp32     ? cuda::SingleForm::fp32
                                                      : cuda::SingleForm::measured;
  return cuda::make_backend(options);
}

}  // namespace gramian::testing
