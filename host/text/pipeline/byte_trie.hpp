#pragma once
// A trie over bytes: finds those of many strings that begin at a place of a text.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gramian::host {

class ByteTrie {
 public:
  static constexpr int32_t kNothing = -1;

  ByteTrie();
  /// `value` is not negative; a string added twice has the later value.
  void add(std::string_view string, int32_t value);
  /// Calls `found(value, length)` for every string that begins at byte `at` of `text`, the shortest first.
  template <class Found>
  void each(std::string_view text, size_t at, const Found& found) const {
    uint32_t node = 0;
    for (size_t length = 1; at + length <= text.size(); ++length) {
      node = child(node, static_cast<unsigned char>(text[at + length - 1]));
      if (node == kNone) return;
      if (values_[node] != kNothing) found(values_[node], length);
    }
  }
  struct Longest {
    int32_t value = kNothing;
    size_t bytes = 0;
  };
  /// The longest string that begins at byte `at` of `text`.
  Longest longest(std::string_view text, size_t at) const {
    Longest best;
    each(text, at, [&](int32_t value, size_t length) { best = {value, length}; });
    return best;
  }

 private:
  static constexpr uint32_t kNone = 0;  // the root is nobody's child
  struct Slot {
    uint64_t key = UINT64_MAX;
    uint32_t node = kNone;
  };
  size_t home(uint64_t key) const { return static_cast<size_t>((key * 0x9e3779b97f4a7c15u) >> shift_); }
  Slot& slot(uint64_t key);
  uint32_t child(uint32_t node, unsigned char byte) const {
    const uint64_t key = uint64_t{node} << 8 | byte;
    size_t at = home(key);
    while (slots_[at].node != kNone && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    return slots_[at].node;
  }

  std::vector<Slot> slots_;  // (node, byte) -> node; open addressing, at most half full
  int shift_;
  std::vector<int32_t> values_;  // of nodes
};

}  // namespace gramian::host
