#include "engine/certified/decided.hpp"

namespace gramian {

void decide(const PairCosines& rows, std::span<const Pair> pairs, const Interval& interval, Decided& decided) {
  const double bound = rows.quick_bound();
  std::vector<Pair> open(pairs.begin(), pairs.end());
  std::vector<double> cosines(pairs.size());
  if (bound > 0.0) {
    rows.quickly(pairs, cosines.data());
    open.clear();
    for (size_t p = 0; p < pairs.size(); ++p) {
      if (cosines[p] < interval.lo - bound) {
        ++decided.below;
      } else if (cosines[p] <= interval.hi + bound) {
        open.push_back(pairs[p]);
      }
    }
  }
  rows.of(open, cosines.data());
  for (size_t p = 0; p < open.size(); ++p) {
    if (cosines[p] < interval.lo) {
      ++decided.below;
    } else if (cosines[p] <= interval.hi) {
      decided.inside.push_back(open[p]);
      decided.cosines.push_back(cosines[p]);
    }
  }
}

void decide(const PairCosines& rows, std::span<const Pair> pairs, double threshold, std::vector<Pair>& reaching) {
  const double bound = rows.quick_bound();
  std::vector<Pair> open(pairs.begin(), pairs.end());
  std::vector<double> cosines(pairs.size());
  if (bound > 0.0) {
    rows.quickly(pairs, cosines.data());
    open.clear();
    for (size_t p = 0; p < pairs.size(); ++p) {
      if (cosines[p] >= threshold + bound) {
        reaching.push_back(pairs[p]);
      } else if (cosines[p] >= threshold - bound) {
        open.push_back(pairs[p]);
      }
    }
  }
  rows.of(open, cosines.data());
  for (size_t p = 0; p < open.size(); ++p) {
    if (cosines[p] >= threshold) reaching.push_back(open[p]);
  }
}

}  // namespace gramian
