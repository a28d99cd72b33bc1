#include "kernels/cuda/arrays.hpp"

#include <atomic>
#include <future>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "engine/error.hpp"
#include "kernels/cuda/rows/pack.hpp"
#include "kernels/cuda/runtime/buffers.hpp"
#include "kernels/cuda/runtime/handles.hpp"

namespace gramian::cuda {
namespace {

/// Calls `work(stream)` on a thread of its own, whose device this is: which one a thread of the caller's works with is
/// the caller's business. What the device was told to do before is awaited, on whatever stream.
template <class Work>
auto on_thread_of(int device, Work work) {
  return std::async(std::launch::async,
                    [&] {
                      check(cudaSetDevice(device), "a device");
                      check(cudaDeviceSynchronize(), "work on the device");
                      const Stream stream;
                      return work(stream);
                    })
      .get();
}

std::unique_ptr<std::byte[]> room_on_host(int64_t bytes) {
  try {
    return std::make_unique_for_overwrite<std::byte[]>(static_cast<size_t>(bytes));
  } catch (const std::bad_alloc&) {
    throw OutOfMemory("there is no memory for a copy of the matrix of " + std::to_string(bytes >> 20) + " MB");
  }
}

class ArrayMemory final : public DeviceMemory {
 public:
  explicit ArrayMemory(const DeviceArray& array) : array_(array) {}

  int number() const override { return array_.device; }
  bool copied() const override { return copied_; }
  const std::byte* on_host() const override {
    std::call_once(once_, [this] { copy(); });
    return copy_.get();
  }

 private:
  void copy() const {
    const int64_t width = array_.cols * element_size(array_.type);
    copy_ = room_on_host(checked_product(array_.rows, width, "a matrix"));
    on_thread_of(array_.device, [&](const Stream& stream) {
      const int64_t pitch = array_.row_stride * element_size(array_.type);
      check(cudaMemcpy2DAsync(copy_.get(), static_cast<size_t>(width), array_.data, static_cast<size_t>(pitch),
                              static_cast<size_t>(width), static_cast<size_t>(array_.rows), cudaMemcpyDeviceToHost,
                              stream.get()),
            "a copy from the device");
      stream.synchronize();
    });
    copied_ = true;
  }

  DeviceArray array_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<std::byte[]> copy_;
  mutable std::atomic<bool> copied_{false};
};

bool lies_in_rows(const DeviceArray& array) {
  const bool beside = array.column_stride == 1 || array.cols == 1;
  return beside && (array.row_stride >= array.cols || array.rows == 1);
}

DeviceArray packed(const DeviceArray& array) {
  const int64_t size = element_size(array.type);
  const int64_t bytes = checked_product(checked_product(array.rows, array.cols, "a matrix"), size, "a matrix");
  DeviceArray copy = array;
  copy.row_stride = array.cols;
  copy.column_stride = 1;
  copy.owner = on_thread_of(array.device, [&](const Stream& stream) {
    auto room = std::make_shared<DeviceBuffer<std::byte>>(bytes, "a copy of the array");
    copy.data = room->data();
    pack({array.data, size, array.rows, array.cols, array.row_stride, array.column_stride}, room->data(), stream.get());
    stream.synchronize();
    return room;
  });
  return copy;
}

}  // namespace

Matrix matrix_of(const DeviceArray& array) {
  DeviceArray rows = lies_in_rows(array) ? array : packed(array);
  if (rows.rows == 1 || rows.row_stride < rows.cols) rows.row_stride = rows.cols;
  const auto memory = std::make_shared<const ArrayMemory>(rows);
  return {{rows.data, rows.type, rows.rows, rows.cols, rows.row_stride, memory.get()}, memory};
}

std::shared_ptr<void> copy_onto(int device, std::span<const std::byte> bytes) {
  return on_thread_of(device, [&](const Stream& stream) {
    auto room = std::make_shared<DeviceBuffer<std::byte>>(std::ssize(bytes), "an array of the answer");
    copy_to_device(room->data(), bytes.data(), std::ssize(bytes), stream.get());
    stream.synchronize();
    return std::shared_ptr<void>(room, room->data());
  });
}

}  // namespace gramian::cuda
