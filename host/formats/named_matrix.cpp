#include "host/formats/named_matrix.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {

namespace {

int64_t bytes_of(ElementType type, int64_t rows, int64_t cols) {
  return checked_product(checked_product(rows, cols, "matrix"), element_size(type), "matrix bytes");
}

[[noreturn]] void refuse_size(std::string_view path, int64_t rows, int64_t cols, int64_t size) {
  throw OutOfMemory(printable(path, 4096) + ": its " + std::to_string(rows) + " x " + std::to_string(cols) +
                    " values need " + std::to_string(size) +
                    " bytes of memory; convert it to .npy to read it in place");
}

}  // namespace

ValueBuffer allocate_values(std::string_view path, ElementType type, int64_t rows, int64_t cols) {
  const int64_t size = bytes_of(type, rows, cols);
  try {
    auto bytes = std::make_shared_for_overwrite<std::byte[]>(static_cast<size_t>(size));
    const MatrixView view{bytes.get(), type, rows, cols, cols};
    return {std::move(bytes), view};
  } catch (const std::bad_alloc&) {
    refuse_size(path, rows, cols, size);
  }
}

ValueBuffer allocate_shared_values(std::string_view path, ElementType type, int64_t rows, int64_t cols) {
  const int64_t size = bytes_of(type, rows, cols);
  const auto length = static_cast<size_t>(size);
  void* const address = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) refuse_size(path, rows, cols, size);
  std::shared_ptr<std::byte[]> bytes(static_cast<std::byte*>(address),
                                     [length](std::byte* begin) { ::munmap(begin, length); });
  const MatrixView view{bytes.get(), type, rows, cols, cols};
  return {std::move(bytes), view};
}

GrowingRows::GrowingRows(std::string_view path, int64_t cols, int64_t most_bytes)
    : path_(path), cols_(cols), most_rows_(most_bytes / (cols * element_size(ElementType::f32))) {}

GrowingRows::~GrowingRows() { std::free(values_); }

// Memory of this size comes from mmap, which grows in place or by moving pages: nothing is copied.
void GrowingRows::resize(int64_t rows) {
  const auto bytes = static_cast<size_t>(rows * cols_ * element_size(ElementType::f32));
  void* const values = rows <= most_rows_ ? std::realloc(values_, bytes) : nullptr;
  if (values == nullptr) {
    throw OutOfMemory(printable(path_, 4096) + ": its vectors of " + std::to_string(cols_) + " values need more than " +
                      std::to_string(most_rows_) + " rows' worth of memory, which is all there is; read fewer of them");
  }
  values_ = static_cast<float*>(values);
  room_ = rows;
}

void GrowingRows::expect(int64_t rows) {
  if (rows > room_) resize(std::min(rows, most_rows_));
}

float* GrowingRows::append(int64_t count) {
  if (rows_ + count > room_) resize(std::max(rows_ + count, std::min(most_rows_, room_ + room_ / 2)));
  float* const begin = values_ + rows_ * cols_;
  rows_ += count;
  return begin;
}

Matrix GrowingRows::release() {
  if (rows_ < room_) resize(rows_);
  const std::shared_ptr<const void> owner(values_, [](const void* values) { std::free(const_cast<void*>(values)); });
  const MatrixView view{reinterpret_cast<const std::byte*>(values_), ElementType::f32, rows_, cols_, cols_};
  values_ = nullptr;
  rows_ = room_ = 0;
  return {view, owner};
}

}  // namespace gramian::host
