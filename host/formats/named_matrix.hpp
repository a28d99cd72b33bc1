#pragma once
// The memory that converted values live in.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/matrix.hpp"

namespace gramian::host {

/// Uninitialized memory for rows x cols values, row-major. Callers have checked both extents against the size of the
/// file `path`. Throws OutOfMemory, saying how much was needed.
struct ValueBuffer {
  std::shared_ptr<std::byte[]> bytes;
  MatrixView view;  // of `bytes`

  Matrix matrix() const { return {view, bytes}; }
};
ValueBuffer allocate_values(std::string_view path, ElementType type, int64_t rows, int64_t cols);
/// The same of at least one value, all zero, in memory that is shared with the forks of this process.
ValueBuffer allocate_shared_values(std::string_view path, ElementType type, int64_t rows, int64_t cols);

/// f32 values, row-major, of as many rows as come.
class GrowingRows {
 public:
  /// Rows of `cols` values out of the file `path`, in `most_bytes` of memory at most.
  GrowingRows(std::string_view path, int64_t cols, int64_t most_bytes);
  GrowingRows(const GrowingRows&) = delete;
  GrowingRows& operator=(const GrowingRows&) = delete;
  ~GrowingRows();

  /// Makes room for `rows` rows in all, where memory allows: a hint.
  void expect(int64_t rows);
  /// Appends `count` rows and returns where their values are to be written; valid until the next call.
  /// Throws OutOfMemory.
  float* append(int64_t count);
  int64_t rows() const { return rows_; }
  /// The rows as a matrix; none are left here.
  Matrix release();

 private:
  void resize(int64_t rows);

  std::string path_;
  int64_t cols_;
  int64_t most_rows_;
  int64_t rows_ = 0;
  int64_t room_ = 0;  // rows
  float* values_ = nullptr;
};

}  // namespace gramian::host
