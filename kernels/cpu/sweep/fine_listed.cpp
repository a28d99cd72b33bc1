#include "kernels/cpu/sweep/fine_listed.hpp"

#include <algorithm>

#include "engine/cosines/fine_grid.hpp"
#include "engine/cosines/ordered.hpp"
#include "engine/reductions/fine_counts.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/sweep/interval_ends.hpp"

namespace gramian::cpu {

bool worth_fine_grid(const Listed& wanted) {
  constexpr double kHalfSlot = 0.5 / static_cast<double>(kFinePerUnit);
  return std::ranges::all_of(wanted.intervals,
                             [](const Interval& interval) { return interval.hi - interval.lo >= kHalfSlot; });
}

template <class T>
FineListed<T>::FineListed(const Listed& wanted, double margin, int64_t most_at_once)
    : wanted_(wanted),
      margin_(margin),
      below_(wanted.intervals.size()),
      within_(static_cast<size_t>(most_at_once / 8 + 2)),
      listed_(static_cast<size_t>(most_at_once + 16)) {
  for (const Interval& interval : wanted.intervals) {
    lo_.push_back(exact_threshold<T>(interval.lo - margin));
    hi_.push_back(exact_end<T>(interval.hi + margin));
    const auto slot_of = [](T end) { return fine_bin(std::clamp(static_cast<double>(end), -1.0, 1.0)); };
    slots_.push_back({slot_of(lo_.back()), slot_of(hi_.back())});
  }
}

template <class T>
void FineListed<T>::take(const T* values, const uint32_t* at, int64_t count, int64_t row, int64_t column,
                         int64_t width) {
  IntervalLoop<T> loop;
  loop.intervals = std::ssize(lo_);
  loop.lo = lo_.data();
  loop.hi = hi_.data();
  loop.below = below_.data();
  loop.within = within_.data();
  loop.at = listed_.data();
  loop_intervals(values, count, &loop);
  int64_t row_end = width - column;  // the first place of the next row
  for (int64_t k = 0; k < loop.listed; ++k) {
    const uint32_t value = listed_[static_cast<size_t>(k)];
    const int64_t place = at[value];
    while (place >= row_end) {
      ++row;
      row_end += width;
    }
    entries_.push_back({static_cast<double>(values[value]), static_cast<uint16_t>(row),
                        static_cast<uint16_t>(place - row_end + width)});
  }
}

template <class T>
void FineListed<T>::hand_over(const Tile& tile) {
  if (!entries_.empty()) wanted_.sink->take({tile.row_begin, tile.col_begin, margin_, entries_});
  entries_.clear();
}

template <class T>
Listed::Found FineListed<T>::found(std::span<const uint64_t> slots) const {
  // What lies in slots before an interval's first and was never compared with its lower end.
  std::vector<bool> taken(slots.size(), false);
  for_each_slot([&](int64_t slot) { taken[static_cast<size_t>(slot)] = true; });
  Listed::Found found{below_};
  for (size_t b = 0; b < slots_.size(); ++b) {
    for (int64_t slot = 0; slot < slots_[b].first; ++slot) {
      if (!taken[static_cast<size_t>(slot)]) found.below[b] += slots[static_cast<size_t>(slot)];
    }
  }
  return found;
}

template class FineListed<float>;
template class FineListed<double>;

}  // namespace gramian::cpu
