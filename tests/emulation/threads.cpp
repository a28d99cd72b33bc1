// Every CUDA thread a thread of the operating system, several blocks at once: ThreadSanitizer sees their loads and
// stores, and what orders these. __syncthreads and __syncwarp do; shuffles and votes wait for each other, but order no
// memory, which is all that CUDA's manual promises of them. Atomics are relaxed (include/cuda_runtime.h).

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/emulation/blocks.hpp"
#include "tests/emulation/state.hpp"

// Of ThreadSanitizer, which has no header for them.
extern "C" void AnnotateIgnoreSyncBegin(const char* file, int line);
extern "C" void AnnotateIgnoreSyncEnd(const char* file, int line);

namespace emulation {
namespace {

/// Of more than 255 threads that are alive ThreadSanitizer takes some for each other.
constexpr unsigned kAtOnce = 192;

/// Two barriers, taken in turn. A thread that leaves one late would else be ordered by ThreadSanitizer after all that
/// the fast ones did until they came to it again.
class Barrier {
 public:
  explicit Barrier(unsigned count) {
    for (pthread_barrier_t& each : barriers_) ::pthread_barrier_init(&each, nullptr, count);
  }
  ~Barrier() {
    for (pthread_barrier_t& each : barriers_) ::pthread_barrier_destroy(&each);
  }
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;
  /// `turn` is the calling thread's own.
  void wait(unsigned& turn) { ::pthread_barrier_wait(&barriers_[turn++ % 2]); }
  void wait_without_order(unsigned& turn) {
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
    wait(turn);
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
  }

 private:
  pthread_barrier_t barriers_[2];
};

struct Warp {
  Barrier barrier{kWarp};
  // Who is slow may still read these values while the fast ones give the next.
  std::atomic<uint64_t> values[2][kWarp];
};

struct Block {
  Block(unsigned threads, size_t shared_bytes) : all(threads), shared(shared_bytes, kPoison) {
    for (unsigned w = 0; w < threads / kWarp; ++w) warps.push_back(std::make_unique<Warp>());
  }
  Barrier all;
  std::vector<unsigned char> shared;
  std::vector<std::unique_ptr<Warp>> warps;
};

struct Thread {
  Block* block = nullptr;
  unsigned number = 0;
  unsigned turn_of_block = 0;
  unsigned turn_of_warp = 0;
  std::array<uint64_t, kWarp> received{};
};

thread_local Thread self;

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "emulated CUDA: %s\n", why);
  std::abort();
}

}  // namespace

void run_blocks(const cudaLaunchConfig_t& config, std::span<const dim3> blocks, const std::function<void()>& body,
                std::mt19937_64& /*random*/) {
  const unsigned count = config.blockDim.x * config.blockDim.y * config.blockDim.z;
  if (2 * count > kAtOnce) give_up("a block of too many threads for two to run at once");
  const size_t at_once = kAtOnce / count;
  for (size_t first = 0; first < blocks.size(); first += at_once) {
    std::vector<std::unique_ptr<Block>> running;
    std::vector<std::jthread> threads;
    for (const dim3 index : blocks.subspan(first, std::min(at_once, blocks.size() - first))) {
      running.push_back(std::make_unique<Block>(count, config.dynamicSmemBytes));
      for (unsigned t = 0; t < count; ++t) {
        threads.emplace_back([&config, &body, index, t, block = running.back().get()] {
          self = {block, t, 0, 0, {}};
          threadIdx = index_of(t, config.blockDim);
          blockIdx = index;
          blockDim = config.blockDim;
          gridDim = config.gridDim;
          body();
        });
      }
    }
  }
}

unsigned char* shared_bytes() { return self.block->shared.data(); }
void block_barrier() { self.block->all.wait(self.turn_of_block); }

const uint64_t* warp_exchange(const char* operation, unsigned mask, uint64_t value) {
  if (mask != kFullMask) give_up("only whole warps are emulated");
  Warp& warp = *self.block->warps[self.number / kWarp];
  if (std::string_view(operation) == "__syncwarp") {
    warp.barrier.wait(self.turn_of_warp);
    return self.received.data();
  }
  std::atomic<uint64_t>* const values = warp.values[self.turn_of_warp % 2];
  values[self.number % kWarp].store(value, std::memory_order_relaxed);
  warp.barrier.wait_without_order(self.turn_of_warp);
  for (unsigned lane = 0; lane < kWarp; ++lane) self.received[lane] = values[lane].load(std::memory_order_relaxed);
  return self.received.data();
}

int lane() { return static_cast<int>(self.number % kWarp); }

}  // namespace emulation
