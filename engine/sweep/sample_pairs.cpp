#include "engine/sweep/sample_pairs.hpp"

#include <algorithm>
#include <iterator>
#include <random>

#include "engine/random.hpp"

namespace gramian {

std::vector<Pair> sample_pairs(int64_t n, int64_t count, uint64_t seed) {
  std::vector<Pair> pairs;
  if (n < 2) return pairs;
  const bool all = n < (int64_t{1} << 31) && n * (n - 1) / 2 <= count;
  if (all) {
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = i + 1; j < n; ++j) pairs.push_back({i, j});
    }
    return pairs;
  }
  std::mt19937_64 generator(seed);
  pairs.reserve(static_cast<size_t>(count));
  while (std::ssize(pairs) < count) {
    const int64_t i = random_below(generator, n);
    const int64_t j = random_below(generator, n);
    if (i != j) pairs.push_back({std::min(i, j), std::max(i, j)});
  }
  std::ranges::sort(pairs);
  return pairs;
}

std::vector<Pair> sample_pairs(int64_t n, int64_t m, int64_t count, uint64_t seed) {
  std::vector<Pair> pairs;
  if (n < 1 || m < 1) return pairs;
  if (n <= count / m) {
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < m; ++j) pairs.push_back({i, j});
    }
    return pairs;
  }
  std::mt19937_64 generator(seed);
  pairs.reserve(static_cast<size_t>(count));
  for (int64_t k = 0; k < count; ++k) {
    const int64_t i = random_below(generator, n);
    pairs.push_back({i, random_below(generator, m)});
  }
  std::ranges::sort(pairs);
  return pairs;
}

std::vector<Pair> pilot_pairs(int64_t n, int64_t partners, uint64_t seed) {
  // Another stream than the accuracy sample's.
  std::mt19937_64 generator(seed ^ kSplitMixStep);
  std::vector<Pair> pairs;
  pairs.reserve(static_cast<size_t>(n * partners));
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t p = 0; p < partners; ++p) {
      const int64_t j = random_below(generator, n - 1);
      pairs.push_back({i, j < i ? j : j + 1});
    }
  }
  return pairs;
}

}  // namespace gramian
