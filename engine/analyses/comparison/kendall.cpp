#include "engine/analyses/comparison/kendall.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "engine/analyses/comparison/spearman.hpp"
#include "engine/analyses/comparison/tied_ranks.hpp"
#include "engine/analyses/plan.hpp"
#include "engine/error.hpp"
#include "engine/random.hpp"
#include "engine/sweep/sample_pairs.hpp"

namespace gramian {
namespace {

/// How many of the values added so far lie below a rank: a Fenwick tree.
class Counter {
 public:
  explicit Counter(size_t ranks) : tree_(ranks + 1, 0) {}
  void add(size_t rank) {
    ++total_;
    for (size_t k = rank + 1; k < tree_.size(); k += k & (~k + 1)) ++tree_[k];
  }
  int64_t below(size_t rank) const {
    int64_t sum = 0;
    for (size_t k = rank; k > 0; k &= k - 1) sum += tree_[k];
    return sum;
  }
  int64_t above(size_t rank) const { return total_ - below(rank + 1); }

 private:
  std::vector<int64_t> tree_;
  int64_t total_ = 0;
};

/// Cosines by their ranks: what is equal as far as fp64 can tell is equal.
std::vector<double> told_apart(std::span<const double> cosines, const Space& space) {
  const TiedRanks ranks = tied_ranks(cosines, tie_tolerance(space));
  return {ranks.doubled.begin(), ranks.doubled.end()};
}

}  // namespace

Kendall kendall(std::span<const double> s, std::span<const double> t) {
  if (s.size() != t.size()) throw InvalidUsage("a rank correlation needs as many values of both spaces");
  Kendall result;
  const size_t m = s.size();
  result.pairs = static_cast<int64_t>(m);
  if (m < 2) {
    result.tau_a = result.standard_error = std::numeric_limits<double>::quiet_NaN();
    return result;
  }
  std::vector<double> levels(t.begin(), t.end());
  std::ranges::sort(levels);
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  std::vector<size_t> rank(m);
  for (size_t p = 0; p < m; ++p) {
    rank[p] = static_cast<size_t>(std::ranges::lower_bound(levels, t[p]) - levels.begin());
  }
  std::vector<size_t> order(m);
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t p) { return s[p]; });

  // Each observation counts those on its side in both spaces minus those on different sides, first against all with a
  // smaller s, then against all with a larger one.
  std::vector<int64_t> agreement(m, 0);
  for (const int sign : {1, -1}) {
    Counter seen(levels.size());
    for (size_t begin = 0; begin < m;) {
      size_t end = begin;
      while (end < m && s[order[end]] == s[order[begin]]) ++end;
      for (size_t k = begin; k < end; ++k) {
        const size_t p = order[k];
        agreement[p] += sign * (seen.below(rank[p]) - seen.above(rank[p]));
      }
      for (size_t k = begin; k < end; ++k) seen.add(rank[order[k]]);
      begin = end;
    }
    std::ranges::reverse(order);
  }
  const auto others = static_cast<double>(m - 1);
  const auto count = static_cast<double>(m);
  const int64_t sum = std::accumulate(agreement.begin(), agreement.end(), int64_t{0});
  result.tau_a = static_cast<double>(sum) / others / count;
  double squares = 0.0;
  for (const int64_t a : agreement) {
    const double off = static_cast<double>(a) / others - result.tau_a;
    squares += off * off;
  }
  result.standard_error = 2.0 * std::sqrt(squares / others / count);
  return result;
}

Kendall kendall_sample(Space& a, Space& b, int64_t wanted, uint64_t seed) {
  if (a.size() != b.size()) throw InvalidUsage("a rank correlation needs the same items in both spaces");
  // Another stream than the accuracy sample's.
  const std::vector<Pair> pairs = sample_pairs(a.size(), wanted, stream_seed(seed, 8));
  const std::vector<double> s = a.backend().pair_cosines(a.device_rows(), a.unit(), pairs);
  const std::vector<double> t = b.backend().pair_cosines(b.device_rows(), b.unit(), pairs);
  Kendall result = kendall(told_apart(s, a), told_apart(t, b));
  const auto n = static_cast<double>(a.size());
  if (result.pairs > 1 && n * (n - 1.0) / 2.0 <= static_cast<double>(wanted)) result.standard_error = 0.0;
  return result;
}

}  // namespace gramian
