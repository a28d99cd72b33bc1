#include "kernels/cpu/blas_memory.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "kernels/cpu/machine.hpp"

namespace gramian::cpu {
namespace {

constexpr int64_t kBuffer = int64_t{128} << 20;

}  // namespace

void reserve_blas_memory(int threads) {
  const int64_t left = free_address_space();
  if (left == std::numeric_limits<int64_t>::max()) return;
  // The program itself goes on to need this: stacks, the C library's arenas.
  constexpr int64_t kRest = int64_t{32} << 20;
  if (left < threads * kBuffer + kRest) {
    throw OutOfMemory("the limit of address space (ulimit -v) leaves " + std::to_string(left >> 20) +
                      " MB, and OpenBLAS takes " + std::to_string(kBuffer >> 20) + " MB of it for each of " +
                      std::to_string(threads) + " threads: fewer threads or a higher limit");
  }
  // These two are no part of its interface, but every build of it has them. Without them there is only the look above.
  using Allocate = void* (*)(int);
  using Free = void (*)(void*);
  const auto allocate = reinterpret_cast<Allocate>(::dlsym(RTLD_DEFAULT, "blas_memory_alloc"));
  const auto release = reinterpret_cast<Free>(::dlsym(RTLD_DEFAULT, "blas_memory_free"));
  if (allocate == nullptr || release == nullptr) return;
  std::vector<void*> buffers;
  for (int k = 0; k < threads; ++k) buffers.push_back(allocate(0));
  for (void* buffer : buffers) release(buffer);
}

int64_t threads_with_blas_memory() {
  const int64_t left = free_address_space();
  if (left == std::numeric_limits<int64_t>::max()) return left;
  return std::max<int64_t>(1, left / 2 / kBuffer);
}

}  // namespace gramian::cpu
