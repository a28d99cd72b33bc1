#include "host/text/models/merge_table.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <functional>
#include <utility>

namespace gramian::host {
namespace {

constexpr size_t kShort = 40;  // symbols up to which searching a few ranks again and again beats a heap

}  // namespace

MergeTable::MergeTable(const std::vector<Merge>& merges) {
  const size_t size = std::bit_ceil(2 * merges.size() + 2);
  slots_.resize(size);
  shift_ = 64 - std::countr_zero(size);
  uint32_t rank = 0;
  bool first = true;
  for (const Merge& merge : merges) {
    if (!first && !merge.with_previous) ++rank;
    first = false;
    const uint64_t pair = key(merge.left, merge.right);
    size_t at = home(pair);
    while (slots_[at].rank != kNever && slots_[at].pair != pair) at = (at + 1) & (size - 1);
    slots_[at] = {pair, rank, merge.result};
  }
}

MergeTable::Slot MergeTable::find(int32_t left, int32_t right) const {
  if (left == kNoMerge || right == kNoMerge) return {};
  const uint64_t pair = key(left, right);
  size_t at = home(pair);
  while (slots_[at].rank != kNever && slots_[at].pair != pair) at = (at + 1) & (slots_.size() - 1);
  return slots_[at];
}

void MergeTable::apply(std::vector<Symbol>& word, Made* made) const {
  if (word.size() < 2) return;
  if (word.size() <= kShort && made == nullptr) {
    apply_short(word);
  } else {
    apply_long(word, made);
  }
}

void MergeTable::apply_short(std::vector<Symbol>& word) const {
  std::array<Slot, kShort> with_next;
  size_t pairs = word.size() - 1;
  for (size_t i = 0; i < pairs; ++i) with_next[i] = find(word[i].id, word[i + 1].id);
  while (pairs > 0) {
    size_t best = 0;
    for (size_t i = 1; i < pairs; ++i) best = with_next[i].rank < with_next[best].rank ? i : best;
    if (with_next[best].rank == kNever) break;
    word[best] = {with_next[best].result, word[best].bytes + word[best + 1].bytes};
    word.erase(word.begin() + static_cast<ptrdiff_t>(best) + 1);
    std::move(with_next.begin() + best + 1, with_next.begin() + pairs, with_next.begin() + best);
    --pairs;
    if (best > 0) with_next[best - 1] = find(word[best - 1].id, word[best].id);
    if (best < pairs) with_next[best] = find(word[best].id, word[best + 1].id);
  }
}

void MergeTable::apply_long(std::vector<Symbol>& word, Made* made) const {
  constexpr size_t kNone = SIZE_MAX;
  struct Links {
    size_t before, after;
    Slot with_next;
  };
  // A rank above the place: the smallest is the earliest merge, the leftmost of them. Another rank there by now tells
  // that one of the two has been merged since.
  std::vector<uint64_t> candidates;
  std::vector<Links> links(word.size());
  const auto consider = [&](size_t at) {
    const size_t after = links[at].after;
    Slot& merge = links[at].with_next;
    merge = after == kNone ? Slot{} : find(word[at].id, word[after].id);
    if (merge.rank == kNever) return;
    if (made != nullptr) (*made)[merge.result] = {word[at].id, word[after].id};
    candidates.push_back(uint64_t{merge.rank} << 32 | at);
    std::push_heap(candidates.begin(), candidates.end(), std::greater<>());
  };
  for (size_t i = 0; i < word.size(); ++i) {
    links[i] = {i == 0 ? kNone : i - 1, i + 1 < word.size() ? i + 1 : kNone, {}};
  }
  for (size_t i = 0; i < word.size(); ++i) consider(i);
  while (!candidates.empty()) {
    std::pop_heap(candidates.begin(), candidates.end(), std::greater<>());
    const uint64_t next = candidates.back();
    candidates.pop_back();
    const auto at = static_cast<size_t>(next & UINT32_MAX);
    Links& link = links[at];
    if (link.with_next.rank != next >> 32) continue;
    const size_t gone = link.after;
    word[at] = {link.with_next.result, word[at].bytes + word[gone].bytes};
    word[gone].bytes = 0;
    links[gone].with_next = {};
    link.after = links[gone].after;
    if (link.after != kNone) links[link.after].before = at;
    if (link.before != kNone) consider(link.before);
    consider(at);
  }
  std::erase_if(word, [](const Symbol& symbol) { return symbol.bytes == 0; });
}

}  // namespace gramian::host
