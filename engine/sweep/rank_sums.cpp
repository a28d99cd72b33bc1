#include "engine/sweep/rank_sums.hpp"

#include <cstddef>

namespace gramian {

void merge(RankSums& into, const RankSums& part) {
  if (part.counts.empty()) return;
  if (into.counts.empty()) {
    into = part;
    return;
  }
  for (size_t b = 0; b < into.sums.size(); ++b) {
    into.counts[b] += part.counts[b];
    into.sums[b] = static_cast<int64_t>(static_cast<uint64_t>(into.sums[b]) + static_cast<uint64_t>(part.sums[b]));
  }
}

}  // namespace gramian
