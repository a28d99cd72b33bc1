#pragma once
// One block of a kernel: every CUDA thread a fiber, resumed in random order between synchronizations.

#include <cstdint>
#include <functional>
#include <random>
#include <stdexcept>

#include <cuda_runtime.h>

namespace emulation {

/// A fault that the emulation has found in a kernel or in the use of the runtime.
class Fault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs all threads of one block to their end. Throws Fault where they wait for each other for ever, differ in the warp
/// operation that they are at, or leave the bounds of shared memory.
void run_block(const cudaLaunchConfig_t& config, dim3 block, const std::function<void()>& body,
               std::mt19937_64& random);

}  // namespace emulation
