#pragma once
// State that the parts of the stand-in share: devices, their memory and streams, and how a fault is reported.

#include <cuda_runtime.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/emulation/control.hpp"

inline namespace emulated_cuda_runtime {

struct EmulatedEvent {
  int device = 0;
  uint64_t recorded = 0;
  uint64_t completed = 0;
  std::chrono::steady_clock::time_point at;
};

struct EmulatedPool {};

struct EmulatedStream {
  struct Operation {
    std::function<void()> run;
    EmulatedEvent* awaited = nullptr;
    uint64_t ticket = 0;
    bool ready() const { return awaited == nullptr || awaited->completed >= ticket; }
  };
  int device = 0;
  std::deque<Operation> queue;
};

}  // namespace emulated_cuda_runtime

namespace emulation {

inline constexpr unsigned char kPoison = 0xff;  // NaN as a number, -1 as an integer

struct Allocation {
  std::unique_ptr<unsigned char[]> bytes;
  size_t size = 0;
  int64_t number = 0;
};

struct Device {
  std::map<const unsigned char*, Allocation> memory;  // by first byte after the guard
  std::vector<EmulatedStream*> streams;
  size_t allocated = 0;
  bool has_context = false;  // since configure()
};

// One lock for all: devices take turns, a kernel or a copy at a time.
struct Runtime {
  std::recursive_mutex mutex;
  Settings settings;
  std::vector<Device> devices = std::vector<Device>(1);
  std::map<const unsigned char*, size_t> pinned;
  size_t pinned_bytes = 0;
  std::map<const void*, int> shared_allowed;
  std::mt19937_64 random{1};
  size_t peak = 0;
  int64_t allocations = 0;
  size_t pooled = 0;
  int64_t kernels = 0;
  size_t copied = 0;       // from the host to devices
  size_t copied_back = 0;  // and back
  std::set<std::pair<int64_t, int64_t>> shapes;
  int expecting = 0;
  std::string fault;
};

Runtime& runtime();
Device& device_of(int number);

extern thread_local int current_device;

/// The error that cudaGetLastError will find.
cudaError_t failed(cudaError_t error);
/// Ends the program unless a test expects it.
cudaError_t report(const std::string& fault);
/// There is a driver, and a device.
bool runs();

/// Appends work to a stream, and lets chance run some of what waits on the device.
cudaError_t enqueue(cudaStream_t stream, EmulatedStream::Operation operation);
/// Until nothing waits on the device.
cudaError_t drain(int device);
/// A fault if work is queued on the device; then it is done first.
cudaError_t require_idle(int device, const char* who);

/// Throws Fault where something was written beside a buffer of the device.
void check_guards(int device);

}  // namespace emulation
