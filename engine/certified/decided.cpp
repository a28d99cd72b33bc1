#include "engine/certified/decided.hpp"

namespace gramian {
namespace {

/// The pairs that their quick cosines leave open: decides(pair, cosine) is true of the others.
template <class Decides>
std::vector<Pair> left_open(const PairCosines& rows, std::span<const Pair> pairs, Decides decides) {
  if (rows.quick_bound() == 0.0) return {pairs.begin(), pairs.end()};
  std::vector<double> cosines(pairs.size());
  rows.quickly(pairs, cosines.data());
  std::vector<Pair> open;
  for (size_t p = 0; p < pairs.size(); ++p) {
    if (!decides(pairs[p], cosines[p])) open.push_back(pairs[p]);
  }
  return open;
}

}  // namespace

void decide(const PairCosines& rows, std::span<const Pair> pairs, const Interval& interval, Decided& decided) {
  const double lo = interval.lo - rows.quick_bound();
  const double hi = interval.hi + rows.quick_bound();
  const std::vector<Pair> open = left_open(rows, pairs, [&](const Pair&, double cosine) {
    if (cosine < lo) ++decided.below;
    return cosine < lo || cosine > hi;
  });
  std::vector<double> cosines(open.size());
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
  const std::vector<Pair> open = left_open(rows, pairs, [&](const Pair& pair, double cosine) {
    if (cosine >= threshold + bound) reaching.push_back(pair);
    return cosine >= threshold + bound || cosine < threshold - bound;
  });
  std::vector<double> cosines(open.size());
  rows.of(open, cosines.data());
  for (size_t p = 0; p < open.size(); ++p) {
    if (cosines[p] >= threshold) reaching.push_back(open[p]);
  }
}

}  // namespace gramian
