#include "host/text/pipeline/byte_trie.hpp"

namespace gramian::host {

ByteTrie::ByteTrie() : slots_(64), shift_(64 - 6), values_(1, kNothing) {}

ByteTrie::Slot& ByteTrie::slot(uint64_t key) {
  size_t at = home(key);
  while (slots_[at].node != kNone && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
  return slots_[at];
}

void ByteTrie::add(std::string_view string, int32_t value) {
  uint32_t node = 0;
  for (const char c : string) {
    const unsigned char byte = static_cast<unsigned char>(c);
    uint32_t next = child(node, byte);
    if (next == kNone) {
      if (2 * values_.size() >= slots_.size()) {
        std::vector<Slot> old(2 * slots_.size());
        old.swap(slots_);
        --shift_;
        for (const Slot& kept : old) {
          if (kept.node != kNone) slot(kept.key) = kept;
        }
      }
      next = static_cast<uint32_t>(values_.size());
      values_.push_back(kNothing);
      const uint64_t key = uint64_t{node} << 8 | byte;
      slot(key) = {key, next};
    }
    node = next;
  }
  values_[node] = value;
}

}  // namespace gramian::host
