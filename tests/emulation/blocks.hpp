#pragma once
// The blocks of a kernel. fibers.cpp runs their threads as fibers, one block after another; threads.cpp as threads of
// the operating system, several blocks at once, for ThreadSanitizer to look on.

#include <functional>
#include <random>
#include <span>
#include <stdexcept>

#include <cuda_runtime.h>

namespace emulation {

inline constexpr unsigned kWarp = 32;
inline constexpr unsigned kFullMask = 0xffffffffu;

/// A fault that the emulation has found in a kernel or in the use of the runtime.
class Fault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs all threads of these blocks to their end. Fibers throw Fault where threads wait for each other for ever, differ
/// in the warp operation that they are at, or leave the bounds of shared memory.
void run_blocks(const cudaLaunchConfig_t& config, std::span<const dim3> blocks, const std::function<void()>& body,
                std::mt19937_64& random);

/// The index of the thread `number` of a block.
inline dim3 index_of(unsigned number, dim3 block) {
  return {number % block.x, number / block.x % block.y, number / block.x / block.y};
}

}  // namespace emulation
