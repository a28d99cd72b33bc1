#pragma once
// The merges of byte-pair encoding.

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gramian::host {

class MergeTable {
 public:
  /// Two neighbours, and what they become.
  struct Merge {
    int32_t left, right, result;
    bool with_previous = false;  // as early as the one before it
  };
  /// Earlier merges go first. The same pair twice: the later one counts.
  explicit MergeTable(const std::vector<Merge>& merges);

  struct Symbol {
    int32_t id;
    uint32_t bytes;
  };
  static constexpr int32_t kNoMerge = -1;  // an id that merges with nothing
  /// For a symbol, the last two neighbours that were seen to make it, whether or not they were merged.
  using Made = std::unordered_map<int32_t, std::pair<int32_t, int32_t>>;
  /// Merges neighbours of `word` until nothing more can be merged: always the earliest merge first, of equal ones the
  /// leftmost. O(n log n). `made`, where it is given, is filled.
  void apply(std::vector<Symbol>& word, Made* made = nullptr) const;

 private:
  static constexpr uint32_t kNever = UINT32_MAX;
  struct Slot {
    uint64_t pair = UINT64_MAX;
    uint32_t rank = kNever;
    int32_t result = 0;
  };
  static uint64_t key(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }
  size_t home(uint64_t pair) const { return static_cast<size_t>((pair * 0x9e3779b97f4a7c15u) >> shift_); }
  Slot find(int32_t left, int32_t right) const;
  void apply_short(std::vector<Symbol>& word) const;
  void apply_long(std::vector<Symbol>& word, Made* made) const;

  std::vector<Slot> slots_;  // open addressing, at most half full
  int shift_ = 0;
};

}  // namespace gramian::host
