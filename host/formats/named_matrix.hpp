#pragma once
// What the formats that hold tokens and vectors together yield, and the memory that converted values live in.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/matrix.hpp"
#include "engine/vocabulary.hpp"

namespace gramian::host {

/// Row i of `matrix` belongs to token i of `vocabulary`.
struct NamedMatrix {
  Matrix matrix;
  Vocabulary vocabulary;
};

/// Uninitialized memory for rows x cols values, row-major. Callers have checked both extents against the size of the
/// file `path`. Throws OutOfMemory, saying how much was needed.
struct ValueBuffer {
  std::shared_ptr<std::byte[]> bytes;
  MatrixView view;  // of `bytes`

  Matrix matrix() const { return {view, bytes}; }
};
ValueBuffer allocate_values(std::string_view path, ElementType type, int64_t rows, int64_t cols);

}  // namespace gramian::host
