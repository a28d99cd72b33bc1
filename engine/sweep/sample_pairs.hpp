#pragma once
// Pairs of rows drawn at random: what accuracy is measured on, and where quantiles are looked for first.

#include <cstdint>
#include <vector>

#include "engine/cosines/pair.hpp"

namespace gramian {

/// `count` pairs i < j, uniform with repetition over all pairs of n rows (all pairs once, when there are no more than
/// `count`), ascending. The same seed gives the same pairs.
std::vector<Pair> sample_pairs(int64_t n, int64_t count, uint64_t seed);
/// The same of rows i of n and j of m.
std::vector<Pair> sample_pairs(int64_t n, int64_t m, int64_t count, uint64_t seed);

/// `partners` for every row, which differ from it: uniform over pairs, every row equally often, and in no order to sort
/// into. Another stream of the seed than that of sample_pairs.
std::vector<Pair> pilot_pairs(int64_t n, int64_t partners, uint64_t seed);

}  // namespace gramian
