#pragma once
// What lies in intervals, found on the way by the pass that counts on the fine grid: only values in a slot that an
// interval touches are compared with its ends.

#include <cstdint>
#include <span>
#include <vector>

#include "engine/reductions/listed.hpp"
#include "engine/sweep/tiles.hpp"

namespace gramian::cpu {

/// Whether an interval is wide enough for the slots that it touches to hold little else.
bool worth_fine_grid(const Listed& wanted);

/// One worker's share.
template <class T>
class FineListed {
 public:
  /// `margin`: by how much every interval reaches further.
  FineListed(const Listed& wanted, double margin, int64_t most_at_once);

  /// Calls use(slot) for every slot that an interval touches.
  template <class Use>
  void for_each_slot(Use use) const {
    for (size_t b = 0; b < slots_.size(); ++b) {
      for (int64_t slot = slots_[b].first; slot <= slots_[b].last; ++slot) use(slot);
    }
  }
  /// Values of these slots and their places in a segment whose rows are `width` wide and which begins at (row, column)
  /// of the tile.
  void take(const T* values, const uint32_t* at, int64_t count, int64_t row, int64_t column, int64_t width);
  /// Hands over what was found in the tile.
  void hand_over(const Tile& tile);
  /// With the counts of all slots, in the end.
  Listed::Found found(std::span<const uint64_t> slots) const;

 private:
  struct Slots {
    int64_t first = 0;
    int64_t last = 0;
  };

  const Listed& wanted_;
  double margin_;
  std::vector<T> lo_, hi_;    // an interval
  std::vector<Slots> slots_;  // an interval
  Counts below_;              // an interval; of the values taken
  std::vector<uint16_t> within_;
  std::vector<uint32_t> listed_;
  std::vector<Listed::Entry> entries_;
};

}  // namespace gramian::cpu
