#pragma once
// Memory of a device, and memory of the host that a device copies from and to by itself.

#include <cuda_runtime.h>

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/narrow.hpp"
#include "kernels/cuda/runtime/check.hpp"
#include "kernels/cuda/runtime/device_memory.hpp"

namespace gramian::cuda {

inline int current_device() {
  int device = 0;
  check(cudaGetDevice(&device), "the current device");
  return device;
}

/// Uninitialized, on the device that was current when it was made. Its end waits for that device.
template <class T>
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  explicit DeviceBuffer(int64_t size, const char* what = "a buffer") : size_(size) {
    const int64_t bytes = checked_product(size, int64_t{sizeof(T)}, what);
    if (bytes == 0) return;
    device_ = current_device();
    data_ = static_cast<T*>(allocate(bytes, what));
  }
  DeviceBuffer(DeviceBuffer&& other) noexcept
      : size_(std::exchange(other.size_, 0)), data_(std::exchange(other.data_, nullptr)), device_(other.device_) {}
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(data_, other.data_);
    std::swap(device_, other.device_);
    return *this;
  }
  ~DeviceBuffer() {
    if (data_ != nullptr) release(data_, bytes(), device_);
  }
  T* data() { return data_; }
  const T* data() const { return data_; }
  int64_t size() const { return size_; }
  int64_t bytes() const { return size_ * int64_t{sizeof(T)}; }

 private:
  int64_t size_ = 0;
  T* data_ = nullptr;
  int device_ = 0;
};

/// Uninitialized, page-locked, for copies of the device that was current when it was made. Its end waits for that
/// device. Where the system has no page-locked memory to give it is of the usual kind, with which copies take longer.
template <class T>
class PinnedBuffer {
 public:
  PinnedBuffer() = default;
  explicit PinnedBuffer(int64_t size, const char* what = "a page-locked buffer") : size_(size) {
    const int64_t bytes = checked_product(size, int64_t{sizeof(T)}, what);
    if (bytes == 0) return;
    device_ = current_device();
    data_ = static_cast<T*>(allocate_page_locked(bytes, what));
    if (data_ != nullptr) return;
    usual_ = std::make_unique_for_overwrite<T[]>(static_cast<size_t>(size));
    data_ = usual_.get();
  }
  PinnedBuffer(PinnedBuffer&& other) noexcept
      : size_(std::exchange(other.size_, 0)),
        data_(std::exchange(other.data_, nullptr)),
        usual_(std::move(other.usual_)),
        device_(other.device_) {}
  PinnedBuffer& operator=(PinnedBuffer&& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(data_, other.data_);
    std::swap(usual_, other.usual_);
    std::swap(device_, other.device_);
    return *this;
  }
  ~PinnedBuffer() {
    if (data_ == nullptr) return;
    wait_for(device_);
    if (usual_ == nullptr) log_failure(cudaFreeHost(data_), "the end of a page-locked buffer");
  }
  T* data() { return data_; }
  const T* data() const { return data_; }
  int64_t size() const { return size_; }

 private:
  int64_t size_ = 0;
  T* data_ = nullptr;
  std::unique_ptr<T[]> usual_;  // owns data_ where that is not page-locked
  int device_ = 0;
};

template <class T>
void copy_to_device(T* to, const T* from, int64_t count, cudaStream_t stream) {
  if (count == 0) return;
  check(cudaMemcpyAsync(to, from, static_cast<size_t>(count) * sizeof(T), cudaMemcpyHostToDevice, stream),
        "a copy to the device");
}

template <class T>
void copy_to_host(T* to, const T* from, int64_t count, cudaStream_t stream) {
  if (count == 0) return;
  check(cudaMemcpyAsync(to, from, static_cast<size_t>(count) * sizeof(T), cudaMemcpyDeviceToHost, stream),
        "a copy from the device");
}

/// Between two devices, in the order of `stream`.
template <class T>
void copy_between(T* to, int to_device, const T* from, int from_device, int64_t count, cudaStream_t stream) {
  if (count == 0) return;
  check(cudaMemcpyPeerAsync(to, to_device, from, from_device, static_cast<size_t>(count) * sizeof(T), stream),
        "a copy between devices");
}

template <class T>
void fill_bytes(T* at, int byte, int64_t count, cudaStream_t stream) {
  if (count == 0) return;
  check(cudaMemsetAsync(at, byte, static_cast<size_t>(count) * sizeof(T), stream), "a fill on the device");
}

/// A copy of `values`. Waits for `stream`: not every system stages pageable memory, so `values` may end only then.
template <class T>
DeviceBuffer<T> on_device(std::span<const T> values, cudaStream_t stream, const char* what = "a buffer") {
  DeviceBuffer<T> buffer(std::ssize(values), what);
  copy_to_device(buffer.data(), values.data(), std::ssize(values), stream);
  check(cudaStreamSynchronize(stream), what);
  return buffer;
}
template <class T>
DeviceBuffer<T> on_device(const std::vector<T>& values, cudaStream_t stream, const char* what = "a buffer") {
  return on_device(std::span<const T>(values), stream, what);
}

template <class T>
DeviceBuffer<T> zeros(int64_t count, cudaStream_t stream, const char* what = "a buffer") {
  DeviceBuffer<T> buffer(count, what);
  fill_bytes(buffer.data(), 0, count, stream);
  return buffer;
}

/// The first `count` values; waits for `stream`.
template <class T>
std::vector<T> on_host(const DeviceBuffer<T>& buffer, int64_t count, cudaStream_t stream) {
  std::vector<T> values(static_cast<size_t>(count));
  copy_to_host(values.data(), buffer.data(), count, stream);
  check(cudaStreamSynchronize(stream), "a copy from the device");
  return values;
}

}  // namespace gramian::cuda
