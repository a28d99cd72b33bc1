// The stand-in for the CUDA runtime keeps its promises: work waits in its stream, memory is poisoned and guarded,
// threads that cannot go on are found.

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "kernels/cuda/runtime/check.hpp"
#include "tests/emulation/control.hpp"

namespace {

using emulation::ExpectFaults;

struct Buffer {
  explicit Buffer(int64_t count) : bytes(static_cast<size_t>(count) * sizeof(float)) {
    void* pointer = nullptr;
    EXPECT_EQ(cudaMalloc(&pointer, bytes), cudaSuccess);
    data = static_cast<float*>(pointer);
  }
  ~Buffer() { cudaFree(data); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  size_t bytes;
  float* data = nullptr;
};

struct Pinned {
  explicit Pinned(int64_t count) {
    void* pointer = nullptr;
    EXPECT_EQ(cudaHostAlloc(&pointer, static_cast<size_t>(count) * sizeof(float), 0), cudaSuccess);
    data = static_cast<float*>(pointer);
  }
  ~Pinned() { cudaFreeHost(data); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  float* data = nullptr;
};

struct Queue {
  Queue() { EXPECT_EQ(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, 0), cudaSuccess); }
  ~Queue() { cudaStreamDestroy(stream); }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  cudaStream_t stream = nullptr;
};

cudaLaunchConfig_t on(const Queue& queue, unsigned threads, unsigned blocks = 1, size_t shared = 0) {
  cudaLaunchConfig_t config;
  config.gridDim.x = blocks;
  config.blockDim.x = threads;
  config.dynamicSmemBytes = shared;
  config.stream = queue.stream;
  return config;
}

void with_seed(uint64_t seed) {
  emulation::Settings settings;
  settings.seed = seed;
  emulation::configure(settings);
}

void write_at(float* data, int64_t at, float value) {
  if (threadIdx.x == 0) data[at] = value;
}

void leave_before_barrier() {
  if (threadIdx.x < 5) return;
  __syncthreads();
}

void differ_in_operation() {
  if (threadIdx.x < 5) {
    __ballot_sync(0xffffffffu, 1);
  } else {
    __syncwarp();
  }
}

void half_a_warp() { __syncwarp(0xffffu); }

void beyond_shared(int64_t at) {
  if (threadIdx.x == 0) emulation::shared_bytes()[at] = 0;
}

void note_order(std::vector<unsigned>* order) { order->push_back(blockIdx.x * blockDim.x + threadIdx.x); }

void sum_of_lanes(float* out) {
  float sum = static_cast<float>(threadIdx.x);
  for (int lanes = 16; lanes > 0; lanes /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, lanes);
  out[threadIdx.x] = sum;
}

template <class... P, class... A>
std::string fault_of(const cudaLaunchConfig_t& config, void (*kernel)(P...), A... arguments) {
  const ExpectFaults expect;
  cudaError_t status = cudaLaunchKernelEx(&config, kernel, arguments...);
  if (status == cudaSuccess) status = cudaStreamSynchronize(config.stream);
  EXPECT_EQ(status, cudaErrorLaunchFailure);
  return expect.first();
}

TEST(EmulatedRuntime, RunsThreadsAndBlocksInRandomOrders) {
  std::set<std::vector<unsigned>> orders;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    for (int twice = 0; twice < 2; ++twice) {
      with_seed(seed);
      const Queue queue;
      std::vector<unsigned> order;
      const cudaLaunchConfig_t config = on(queue, 32, 3);
      EXPECT_EQ(cudaLaunchKernelEx(&config, note_order, &order), cudaSuccess);
      EXPECT_EQ(cudaStreamSynchronize(queue.stream), cudaSuccess);
      EXPECT_EQ(std::set<unsigned>(order.begin(), order.end()).size(), 96u);
      orders.insert(order);
    }
  }
  // The same seed gives the same order, another seed another.
  EXPECT_EQ(orders.size(), 4u);
}

TEST(EmulatedRuntime, ExchangesBetweenLanes) {
  with_seed(3);
  const Queue queue;
  const Buffer out(64);
  const cudaLaunchConfig_t config = on(queue, 64);
  EXPECT_EQ(cudaLaunchKernelEx(&config, sum_of_lanes, out.data), cudaSuccess);
  std::vector<float> found(64);
  EXPECT_EQ(cudaMemcpyAsync(found.data(), out.data, out.bytes, cudaMemcpyDeviceToHost, queue.stream), cudaSuccess);
  for (int k = 0; k < 64; ++k) EXPECT_EQ(found[static_cast<size_t>(k)], k < 32 ? 496.0f : 1520.0f);
}

TEST(EmulatedRuntime, PoisonsFreshMemory) {
  with_seed(1);
  const Queue queue;
  const Buffer buffer(8);
  std::vector<float> found(8, 0.0f);
  EXPECT_EQ(cudaMemcpyAsync(found.data(), buffer.data, buffer.bytes, cudaMemcpyDeviceToHost, queue.stream),
            cudaSuccess);
  for (const float x : found) EXPECT_TRUE(std::isnan(x));
}

TEST(EmulatedRuntime, FindsThreadsThatWaitForEver) {
  with_seed(1);
  const Queue queue;
  EXPECT_NE(fault_of(on(queue, 64), leave_before_barrier).find("59 at __syncthreads"), std::string::npos);
  EXPECT_NE(fault_of(on(queue, 32), differ_in_operation).find("lanes of one warp"), std::string::npos);
  EXPECT_NE(fault_of(on(queue, 32), half_a_warp).find("only whole warps"), std::string::npos);
}

TEST(EmulatedRuntime, GuardsSharedMemory) {
  with_seed(1);
  const Queue queue;
  EXPECT_NE(fault_of(on(queue, 32, 1, 64), beyond_shared, int64_t{64}).find("beyond the block's shared"),
            std::string::npos);
  EXPECT_NE(fault_of(on(queue, 32, 1, 64), beyond_shared, int64_t{-1}).find("below the block's shared"),
            std::string::npos);
}

TEST(EmulatedRuntime, GivesABlockNoMoreSharedMemoryThanThereIs) {
  with_seed(1);
  EXPECT_EQ(cudaFuncSetAttribute(half_a_warp, cudaFuncAttributeMaxDynamicSharedMemorySize, 99 << 10), cudaSuccess);
  EXPECT_EQ(cudaFuncSetAttribute(half_a_warp, cudaFuncAttributeMaxDynamicSharedMemorySize, (99 << 10) + 1),
            cudaErrorInvalidValue);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidValue);
}

TEST(EmulatedRuntime, GuardsDeviceMemoryInDeath) {
  with_seed(1);
  const auto write = [](int64_t at) {
    const Queue queue;
    const Buffer buffer(8);
    const cudaLaunchConfig_t config = on(queue, 32);
    cudaLaunchKernelEx(&config, write_at, buffer.data, at, 1.0f);
    cudaStreamSynchronize(queue.stream);
  };
  write(7);
  EXPECT_DEATH(write(8), "a write beyond device buffer|heap-buffer-overflow");
  EXPECT_DEATH(write(-1), "a write below device buffer|heap-buffer-overflow");
}

TEST(EmulatedRuntime, RefusesCopiesBeyondABuffer) {
  with_seed(1);
  const Queue queue;
  const Buffer buffer(8);
  std::vector<float> host(9);
  const ExpectFaults expect;
  EXPECT_EQ(cudaMemcpyAsync(host.data(), buffer.data, 36, cudaMemcpyDeviceToHost, queue.stream),
            cudaErrorLaunchFailure);
  EXPECT_EQ(expect.first(), "a copy from what is not one device buffer");
}

TEST(EmulatedRuntime, RefusesTheDefaultStream) {
  with_seed(1);
  const Buffer buffer(8);
  const ExpectFaults expect;
  EXPECT_EQ(cudaMemsetAsync(buffer.data, 0, buffer.bytes, nullptr), cudaErrorLaunchFailure);
  EXPECT_NE(expect.first().find("default stream"), std::string::npos);
}

/// Whether the second stream saw what the first had written, for each of some seeds.
std::set<bool> seen(bool with_event) {
  std::set<bool> outcomes;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    with_seed(seed);
    const Queue first;
    const Queue second;
    const Buffer buffer(1);
    const Pinned host(1);
    cudaEvent_t event = nullptr;
    EXPECT_EQ(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), cudaSuccess);
    const cudaLaunchConfig_t config = on(first, 32);
    EXPECT_EQ(cudaLaunchKernelEx(&config, write_at, buffer.data, int64_t{0}, 5.0f), cudaSuccess);
    EXPECT_EQ(cudaEventRecord(event, first.stream), cudaSuccess);
    if (with_event) {
      EXPECT_EQ(cudaStreamWaitEvent(second.stream, event, 0), cudaSuccess);
    }
    EXPECT_EQ(cudaMemcpyAsync(host.data, buffer.data, 4, cudaMemcpyDeviceToHost, second.stream), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(second.stream), cudaSuccess);
    outcomes.insert(*host.data == 5.0f);
    EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
  }
  return outcomes;
}

TEST(EmulatedRuntime, OrdersStreamsByEventsAlone) {
  EXPECT_EQ(seen(true), std::set<bool>({true}));
  EXPECT_TRUE(seen(false).contains(false));
}

TEST(EmulatedRuntime, ReadsPageLockedMemoryWhenTheCopyRuns) {
  std::set<float> outcomes;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    with_seed(seed);
    const Queue queue;
    const Buffer buffer(1);
    const Pinned host(1);
    *host.data = 1.0f;
    EXPECT_EQ(cudaMemcpyAsync(buffer.data, host.data, 4, cudaMemcpyHostToDevice, queue.stream), cudaSuccess);
    *host.data = 2.0f;  // too early
    float found = 0.0f;
    EXPECT_EQ(cudaMemcpyAsync(&found, buffer.data, 4, cudaMemcpyDeviceToHost, queue.stream), cudaSuccess);
    outcomes.insert(found);
  }
  EXPECT_TRUE(outcomes.contains(2.0f));
}

TEST(EmulatedRuntime, HasAsMuchMemoryAsItWasGiven) {
  emulation::Settings settings;
  settings.memory_bytes = 1000;
  emulation::configure(settings);
  void* first = nullptr;
  void* second = nullptr;
  EXPECT_EQ(cudaMalloc(&first, 600), cudaSuccess);
  EXPECT_EQ(cudaMalloc(&second, 401), cudaErrorMemoryAllocation);
  EXPECT_EQ(second, nullptr);
  EXPECT_EQ(cudaGetLastError(), cudaErrorMemoryAllocation);
  EXPECT_EQ(cudaMalloc(&second, 400), cudaSuccess);
  size_t free = 1;
  size_t total = 0;
  EXPECT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
  EXPECT_EQ(free, 0u);
  EXPECT_EQ(total, 1000u);
  EXPECT_EQ(emulation::peak_bytes(), 1000u);
  EXPECT_EQ(cudaFree(first), cudaSuccess);
  EXPECT_EQ(cudaFree(second), cudaSuccess);
  EXPECT_EQ(emulation::allocated_bytes(), 0u);
}

TEST(EmulatedRuntime, ALibrarysFailureIsOneOfMemoryWhereThereIsNone) {
  emulation::Settings settings;
  settings.memory_bytes = 1 << 20;
  emulation::configure(settings);
  const auto fail = [] { gramian::cuda::throw_library_failure("cuBLAS", "a product", "INTERNAL_ERROR", false); };
  EXPECT_THROW(fail(), gramian::DeviceUnavailable);
  const Buffer most((1000 << 10) / 4);
  EXPECT_THROW(fail(), gramian::OutOfMemory);
}

}  // namespace
