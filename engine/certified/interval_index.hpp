#pragma once
// Which of some intervals a cosine may lie in, found by one look into a table.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/reductions/listed.hpp"

namespace gramian {

class IntervalIndex {
 public:
  /// Intervals whose ends ascend, each reaching up to `margin` further at both ends.
  IntervalIndex(std::span<const Interval> intervals, double margin) {
    if (intervals.empty()) return;
    begin_ = intervals.front().lo - margin;
    const double end = intervals.back().hi + margin;
    if (end > begin_) per_cosine_ = static_cast<double>(kCells) / (end - begin_);
    size_t first = 0;
    for (int64_t cell = 0; cell < kCells; ++cell) {
      // A cosine may have been rounded into the next cell.
      const double from = begin_ + static_cast<double>(cell - 1) / static_cast<double>(kCells) * (end - begin_);
      while (first + 1 < intervals.size() && intervals[first].hi + margin < from) ++first;
      first_[static_cast<size_t>(cell)] = static_cast<uint32_t>(first);
    }
  }

  /// No interval before it holds the cosine.
  size_t first(double cosine) const {
    const double cell = (cosine - begin_) * per_cosine_;
    return first_[static_cast<size_t>(std::clamp(cell, 0.0, static_cast<double>(kCells - 1)))];
  }

 private:
  static constexpr int64_t kCells = 4096;
  double begin_ = 0.0;
  double per_cosine_ = 0.0;
  std::vector<uint32_t> first_ = std::vector<uint32_t>(kCells);
};

}  // namespace gramian
