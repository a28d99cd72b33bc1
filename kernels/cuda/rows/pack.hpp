#pragma once
// Elements that do not stand row by row, brought into that order.

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

namespace gramian::cuda {

/// rows x cols elements of `size` bytes (1, 2, 4 or 8): that of row i and column j stands
/// (i row_stride + j column_stride) elements after `data`; strides may be negative or 0.
struct Scattered {
  const std::byte* data = nullptr;
  int64_t size = 0;
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t row_stride = 0;
  int64_t column_stride = 0;
};

/// out (rows x cols) gets the elements, row by row. A thread an element.
void pack(const Scattered& from, std::byte* out, cudaStream_t stream);

}  // namespace gramian::cuda
