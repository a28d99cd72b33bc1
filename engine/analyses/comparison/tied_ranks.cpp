#include "engine/analyses/comparison/tied_ranks.hpp"

#include <algorithm>
#include <utility>

namespace gramian {

TiedRanks tied_ranks(std::span<const double> values, double tolerance) {
  std::vector<std::pair<double, int64_t>> sorted;
  sorted.reserve(values.size());
  for (const double value : values) sorted.emplace_back(value, std::ssize(sorted));
  std::ranges::sort(sorted);
  TiedRanks ranks;
  ranks.doubled.resize(values.size());
  const auto total = std::ssize(sorted);
  long double squares = 0.0L;
  long double lost = 0.0L;
  for (int64_t begin = 0; begin < total;) {
    const auto at = [&](int64_t k) { return sorted[static_cast<size_t>(k)].first; };
    int64_t end = begin + 1;
    while (end < total && at(end) - at(end - 1) <= tolerance) ++end;
    const int64_t doubled = begin + end - total;
    for (int64_t k = begin; k < end; ++k) {
      ranks.doubled[static_cast<size_t>(sorted[static_cast<size_t>(k)].second)] = doubled;
    }
    const auto count = static_cast<long double>(end - begin);
    squares += count * static_cast<long double>(doubled) * static_cast<long double>(doubled);
    if (at(end - 1) - at(begin) > tolerance) lost += count * (count * count - 1.0L) / 3.0L;
    begin = end;
  }
  if (total > 0) {
    ranks.variance = static_cast<double>(squares / static_cast<long double>(total));
    ranks.lost = static_cast<double>(lost / static_cast<long double>(total));
  }
  return ranks;
}

}  // namespace gramian
