#include "kernels/cpu/sweep/degrees.hpp"

#include <algorithm>
#include <utility>

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

int64_t loop_reached(const float* x, int64_t count, float threshold) {
  return isa_table().reached_f32(x, count, threshold);
}
int64_t loop_reached(const double* x, int64_t count, double threshold) {
  return isa_table().reached_f64(x, count, threshold);
}

}  // namespace

template <class T>
DegreeConsumer<T>::DegreeConsumer(const Degrees& wanted, const SweepShape& shape, int64_t tile_edge, int workers,
                                  Degrees::Found& found)
    : threshold_(exact_threshold<T>(wanted.threshold + wanted.margin)),
      open_from_(exact_threshold<T>(wanted.threshold - wanted.margin)),
      of_rows_(shape.triangle || wanted.of == Axis::rows),
      of_columns_(shape.triangle || wanted.of == Axis::columns),
      tile_edge_(tile_edge),
      found_(found),
      workers_(workers) {}

template <class T>
void DegreeConsumer<T>::consume(int worker, const Tile& tile, const T* cosines, int64_t ld) {
  Own& own = workers_.of(worker, [&] {
    return Own{Counts(found_.counts.size()), std::vector<Counter>(static_cast<size_t>(tile_edge_)), {}, false};
  });
  std::ranges::fill(own.columns, Counter{0});
  for_each_row(tile, cosines, ld, [&](int64_t row, int64_t column, const T* x, int64_t count) {
    Counter* const columns = own.columns.data() + (column - tile.col_begin);
    const int64_t reaching = loop_degrees(x, count, threshold_, columns);
    if (of_rows_) own.counts[static_cast<size_t>(row)] += static_cast<uint64_t>(reaching);
    if (open_from_ < threshold_ && loop_reached(x, count, open_from_) > reaching) list_open(own, row, column, x, count);
  });
  if (!of_columns_) return;
  for (int64_t column = tile.col_begin; column < tile.col_end; ++column) {
    own.counts[static_cast<size_t>(column)] +=
        static_cast<uint64_t>(own.columns[static_cast<size_t>(column - tile.col_begin)]);
  }
}

template <class T>
void DegreeConsumer<T>::list_open(Own& own, int64_t row, int64_t column, const T* x, int64_t count) const {
  for (int64_t k = 0; k < count && !own.overflowed; ++k) {
    if (x[k] >= open_from_ && x[k] < threshold_) own.open.push_back({row, column + k});
    own.overflowed = std::ssize(own.open) > Degrees::kMostOpen;
  }
}

template <class T>
void DegreeConsumer<T>::take() {
  workers_.for_each([&](Own& own) {
    Degrees::merge(found_, {std::move(own.counts), std::move(own.open), own.overflowed});
  });
}

template class DegreeConsumer<float>;
template class DegreeConsumer<double>;

}  // namespace gramian::cpu
