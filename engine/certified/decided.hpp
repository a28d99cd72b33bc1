#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backend.hpp"
#include "engine/reductions/listed.hpp"

namespace gramian {

/// Pairs by where their canonical cosines lie from an interval.
struct Decided {
  uint64_t below = 0;
  std::vector<Pair> inside;
  std::vector<double> cosines;  // of those inside, canonical
};

/// Adds `pairs`: by quick cosines where these tell, by canonical ones where not.
void decide(const PairCosines& rows, std::span<const Pair> pairs, const Interval& interval, Decided& decided);

/// Adds those of `pairs` whose canonical cosine reaches the threshold.
void decide(const PairCosines& rows, std::span<const Pair> pairs, double threshold, std::vector<Pair>& reaching);

}  // namespace gramian
