#include "kernels/cpu/sweep/degrees.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/cosines/ordered.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/sweep/interval_ends.hpp"

namespace gramian::cpu {
namespace {

/// Open pairs that a thread hands over at once.
constexpr int64_t kHandedOver = int64_t{1} << 13;

int64_t loop_degrees(const float* x, int64_t count, float threshold, int32_t* columns) {
  return isa_table().degrees_f32(x, count, threshold, columns);
}
int64_t loop_degrees(const double* x, int64_t count, double threshold, int64_t* columns) {
  return isa_table().degrees_f64(x, count, threshold, columns);
}

}  // namespace

template <class T>
DegreeConsumer<T>::DegreeConsumer(const Degrees& wanted, const SweepShape& shape, const CpuUnitRows& a,
                                  const CpuUnitRows& b, int64_t tile_edge, int workers, Degrees::Found& found)
    : wanted_(wanted),
      a_(a),
      b_(b),
      of_rows_(shape.triangle || wanted.of == Axis::rows),
      of_columns_(shape.triangle || wanted.of == Axis::columns),
      tile_edge_(tile_edge),
      found_(found),
      workers_(workers) {}

template <class T>
typename DegreeConsumer<T>::Ends DegreeConsumer<T>::ends(double margin) const {
  return {exact_threshold<T>(wanted_.threshold + margin), exact_threshold<T>(wanted_.threshold - margin)};
}

template <class T>
void DegreeConsumer<T>::consume(int worker, const Tile& tile, const T* cosines, int64_t ld) {
  Own& own = workers_.of(worker, [&] {
    const auto edge = static_cast<size_t>(tile_edge_);
    return Own{Counts(found_.counts.size()),
               std::vector<Counter>(edge),
               std::vector<uint16_t>(edge / 8 + 2),
               std::vector<uint32_t>(edge + 16),
               {},
               false};
  });
  std::ranges::fill(own.columns, Counter{0});
  const double of_columns = wanted_.certified ? b_.share(tile.col_begin, tile.col_end) : 0.0;
  Ends at = ends(wanted_.margin);
  for_each_row(tile, cosines, ld, [&](int64_t row, int64_t column, const T* x, int64_t count) {
    if (wanted_.certified && (row - tile.row_begin) % kPanel == 0) {
      at = ends(wanted_.margin + a_.share(row, std::min(tile.row_end, row + kPanel)) + of_columns);
    }
    Counter* const columns = own.columns.data() + (column - tile.col_begin);
    const int64_t reaching = loop_degrees(x, count, at.counted, columns);
    if (of_rows_) own.counts[static_cast<size_t>(row)] += static_cast<uint64_t>(reaching);
    if (at.open < at.counted && !own.overflowed) list_open(own, at, row, column, x, count);
  });
  if (!of_columns_) return;
  for (int64_t column = tile.col_begin; column < tile.col_end; ++column) {
    own.counts[static_cast<size_t>(column)] +=
        static_cast<uint64_t>(own.columns[static_cast<size_t>(column - tile.col_begin)]);
  }
}

template <class T>
void DegreeConsumer<T>::list_open(Own& own, const Ends& ends, int64_t row, int64_t column, const T* x,
                                  int64_t count) const {
  const T last = std::nextafter(ends.counted, -std::numeric_limits<T>::infinity());
  uint64_t below = 0;
  IntervalLoop<T> loop;
  loop.intervals = 1;
  loop.lo = &ends.open;
  loop.hi = &last;
  loop.below = &below;
  loop.within = own.within.data();
  loop.at = own.at.data();
  loop_intervals(x, count, &loop);
  for (int64_t k = 0; k < loop.listed; ++k) own.open.push_back({row, column + own.at[static_cast<size_t>(k)]});
  if (wanted_.sink != nullptr) {
    if (std::ssize(own.open) >= kHandedOver) hand_over(own);
  } else {
    own.overflowed = std::ssize(own.open) > Degrees::kMostOpen;
  }
}

template <class T>
void DegreeConsumer<T>::hand_over(Own& own) const {
  wanted_.sink->take(own.open);
  own.open.clear();
}

template <class T>
void DegreeConsumer<T>::take() {
  workers_.for_each([&](Own& own) {
    if (wanted_.sink != nullptr) hand_over(own);
    Degrees::merge(found_, {std::move(own.counts), std::move(own.open), own.overflowed});
  });
}

template class DegreeConsumer<float>;
template class DegreeConsumer<double>;

}  // namespace gramian::cpu
