#include "kernels/cpu/sweep/degrees.hpp"

#include <algorithm>

#include "engine/cosines/ordered.hpp"
#include "kernels/cpu/isa/isa.hpp"

namespace gramian::cpu {
namespace {

int64_t loop_degrees(const float* x, int64_t count, float threshold, int32_t* columns) {
  return isa_table().degrees_f32(x, count, threshold, columns);
}
int64_t loop_degrees(const double* x, int64_t count, double threshold, int64_t* columns) {
  return isa_table().degrees_f64(x, count, threshold, columns);
}

}  // namespace

template <class T>
DegreeReducer<T>::DegreeReducer(const std::vector<double>& thresholds, int64_t rows, int64_t tile_edge)
    : degrees_(thresholds.size(), std::vector<uint64_t>(static_cast<size_t>(rows))),
      columns_(static_cast<size_t>(tile_edge)) {
  for (const double threshold : thresholds) thresholds_.push_back(exact_threshold<T>(threshold));
}

template <class T>
void DegreeReducer<T>::consume(const Tile& tile, const T* cosines, int64_t ld) {
  const int64_t width = tile.col_end - tile.col_begin;
  for (size_t t = 0; t < thresholds_.size(); ++t) {
    std::vector<uint64_t>& degrees = degrees_[t];
    std::ranges::fill(columns_, Counter{0});
    for (int64_t row = tile.row_begin; row < tile.row_end; ++row) {
      const int64_t skip = tile.diagonal ? row + 1 - tile.col_begin : 0;
      if (skip >= width) break;
      const T* x = cosines + (row - tile.row_begin) * ld + skip;
      degrees[static_cast<size_t>(row)] +=
          static_cast<uint64_t>(loop_degrees(x, width - skip, thresholds_[t], columns_.data() + skip));
    }
    for (int64_t c = 0; c < width; ++c) {
      degrees[static_cast<size_t>(tile.col_begin + c)] += static_cast<uint64_t>(columns_[static_cast<size_t>(c)]);
    }
  }
}

template class DegreeReducer<float>;
template class DegreeReducer<double>;

}  // namespace gramian::cpu
