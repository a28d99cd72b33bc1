#pragma once
// The CUDA backend, its kernels run by the emulation. Its sources are compiled a second time for it, in a namespace of
// their own (gramian::emulated_cuda), so that a program may hold both.

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/backend.hpp"
#include "tests/emulation/control.hpp"

namespace gramian::testing {

enum class EmulatedForm : uint8_t { measured, split_fp16, fp32 };

/// Configures the emulation. An empty list of devices is all of them.
std::unique_ptr<Backend> make_emulated_backend(const emulation::Settings& settings,
                                               EmulatedForm single = EmulatedForm::split_fp16, int64_t tile_edge = 0,
                                               const std::vector<int>& devices = {}, int64_t memory_limit = 0);

}  // namespace gramian::testing
