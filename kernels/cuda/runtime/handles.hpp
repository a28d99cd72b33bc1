#pragma once
// Owners of streams, events and library handles.

#include <cuda_runtime.h>

#include <cstdint>
#include <utility>

#include "kernels/cuda/runtime/check.hpp"

namespace gramian::cuda {

/// Move-only; `destroy` may log but not throw.
template <class Handle, void (*destroy)(Handle) noexcept>
class UniqueHandle {
 public:
  UniqueHandle() = default;
  explicit UniqueHandle(Handle handle) : handle_(handle) {}
  UniqueHandle(UniqueHandle&& other) noexcept : handle_(std::exchange(other.handle_, Handle{})) {}
  UniqueHandle& operator=(UniqueHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~UniqueHandle() {
    if (handle_ != Handle{}) destroy(handle_);
  }
  Handle get() const { return handle_; }

 private:
  Handle handle_{};
};

inline void destroy_stream(cudaStream_t stream) noexcept { log_failure(cudaStreamDestroy(stream), "a stream's end"); }
inline void destroy_event(cudaEvent_t event) noexcept { log_failure(cudaEventDestroy(event), "an event's end"); }

/// A stream of the current device; it does not wait for the default stream.
class Stream {
 public:
  enum class Priority : uint8_t { normal, high };
  explicit Stream(Priority priority = Priority::normal) {
    int least = 0;
    int greatest = 0;
    check(cudaDeviceGetStreamPriorityRange(&least, &greatest), "the priorities of streams");
    cudaStream_t stream = nullptr;
    check(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, priority == Priority::high ? greatest : least),
          "a stream");
    handle_ = Handle(stream);
  }
  cudaStream_t get() const { return handle_.get(); }
  void synchronize() const { check(cudaStreamSynchronize(get()), "work on the device"); }

 private:
  using Handle = UniqueHandle<cudaStream_t, destroy_stream>;
  Handle handle_;
};

class Event {
 public:
  explicit Event(bool timed = false) {
    cudaEvent_t event = nullptr;
    check(cudaEventCreateWithFlags(&event, timed ? cudaEventDefault : cudaEventDisableTiming), "an event");
    handle_ = Handle(event);
  }
  cudaEvent_t get() const { return handle_.get(); }
  void record(cudaStream_t stream) const { check(cudaEventRecord(get(), stream), "an event's record"); }
  /// Makes `stream` wait for the last record. Before the first there is nothing to wait for.
  void hold(cudaStream_t stream) const { check(cudaStreamWaitEvent(stream, get(), 0), "a wait for an event"); }
  void synchronize() const { check(cudaEventSynchronize(get()), "work on the device"); }

 private:
  using Handle = UniqueHandle<cudaEvent_t, destroy_event>;
  Handle handle_;
};

/// Seconds between two timed events, both over.
inline double seconds_between(const Event& from, const Event& to) {
  float milliseconds = 0.0f;
  check(cudaEventElapsedTime(&milliseconds, from.get(), to.get()), "an event's time");
  return static_cast<double>(milliseconds) * 1e-3;
}

}  // namespace gramian::cuda
