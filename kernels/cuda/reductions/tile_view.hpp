#pragma once
// A tile as the kernels that consume it see it.

#include <cstdint>

namespace gramian::cuda {

template <class T>
struct TileView {
  const T* products = nullptr;
  int64_t ld = 0;
  int rows = 0, cols = 0;
  int64_t row_begin = 0, col_begin = 0;
  bool diagonal = false;             // only pairs beyond the diagonal count
  const float* row_scale = nullptr;  // factors of all rows of the first side; null where products are cosines
  const float* col_scale = nullptr;  // and of the second, which may be the same
};

}  // namespace gramian::cuda
