#pragma once
// The CPU as a backend.

#include <cstdint>
#include <memory>

#include "engine/backend.hpp"

namespace gramian::cpu {

struct CpuOptions {
  int threads = 0;  // 0: every processor this process may run on
};

std::unique_ptr<Backend> make_backend(const CpuOptions& options);

/// Processors this process may run on, by its affinity, by its control groups' quotas and by its address space.
int available_threads();

}  // namespace gramian::cpu
