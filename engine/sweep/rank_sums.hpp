#pragma once

#include <cstdint>
#include <vector>

namespace gramian {

/// Sums that one pass over the pairs of two spaces leaves for their rank product: for every bin of the first space's
/// cosines, how many there are and the sum, modulo 2^64, of the values of the bins of the second's.
struct RankSums {
  std::vector<uint64_t> counts;
  std::vector<int64_t> sums;
  friend bool operator==(const RankSums&, const RankSums&) = default;
};

/// Adds `part`, of the same bins and disjoint tiles; an empty one is neutral. Associative, commutative, exact.
void merge(RankSums& into, const RankSums& part);

}  // namespace gramian
