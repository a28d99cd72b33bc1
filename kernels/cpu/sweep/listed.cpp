#include "kernels/cpu/sweep/listed.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/cosines/ordered.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/sweep/interval_ends.hpp"

namespace gramian::cpu {
template <class T>
typename ListedConsumer<T>::Own ListedConsumer<T>::make() const {
  const auto values = static_cast<size_t>(kPanel * tile_edge_);
  const size_t intervals = wanted_.intervals.size();
  return Own{Counts(intervals),
             std::vector<T>(intervals),
             std::vector<T>(intervals),
             std::vector<uint16_t>(values / 8 + 2),
             std::vector<uint32_t>(values + 16),
             {}};
}

template <class T>
void ListedConsumer<T>::consume(int worker, const Tile& tile, const T* cosines, int64_t ld) {
  Own& own = workers_.of(worker, [&] { return make(); });
  const int64_t width = tile.col_end - tile.col_begin;
  const double of_columns = wanted_.certified ? b_.share(tile.col_begin, tile.col_end) : 0.0;
  for (int64_t begin = tile.row_begin; begin < tile.row_end; begin += kPanel) {
    const int64_t end = std::min(tile.row_end, begin + kPanel);
    const double margin = wanted_.margin + (wanted_.certified ? a_.share(begin, end) + of_columns : 0.0);
    for (size_t b = 0; b < wanted_.intervals.size(); ++b) {
      own.lo[b] = exact_threshold<T>(wanted_.intervals[b].lo - margin);
      own.hi[b] = exact_end<T>(wanted_.intervals[b].hi + margin);
    }
    own.entries.clear();
    // Rows that lie next to each other in memory are one segment.
    const int64_t at_once = !tile.diagonal && width == ld ? end - begin : 1;
    for (int64_t row = begin; row < end; row += at_once) {
      const int64_t skip = tile.diagonal ? row + 1 - tile.col_begin : 0;
      if (skip >= width) break;
      list(own, row - tile.row_begin, skip, width, cosines + (row - tile.row_begin) * ld + skip,
           at_once * width - skip);
    }
    if (!own.entries.empty()) wanted_.sink->take({tile.row_begin, tile.col_begin, margin, own.entries});
  }
}

template <class T>
void ListedConsumer<T>::list(Own& own, int64_t row, int64_t column, int64_t width, const T* x, int64_t count) const {
  IntervalLoop<T> loop;
  loop.intervals = std::ssize(wanted_.intervals);
  loop.lo = own.lo.data();
  loop.hi = own.hi.data();
  loop.below = own.below.data();
  loop.within = own.within.data();
  loop.at = own.at.data();
  loop_intervals(x, count, &loop);
  int64_t row_end = width - column;  // the first position of the next row
  for (int64_t k = 0; k < loop.listed; ++k) {
    const int64_t at = own.at[static_cast<size_t>(k)];
    while (at >= row_end) {
      ++row;
      row_end += width;
    }
    own.entries.push_back(
        {static_cast<double>(x[at]), static_cast<uint16_t>(row), static_cast<uint16_t>(at - row_end + width)});
  }
}

template <class T>
void ListedConsumer<T>::take() {
  workers_.for_each([&](Own& own) { Listed::merge(found_, {std::move(own.below)}); });
}

template class ListedConsumer<float>;
template class ListedConsumer<double>;

}  // namespace gramian::cpu
