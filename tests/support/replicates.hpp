#pragma once
// Replicates of a permutation test and of a bootstrap, pair by pair.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/oracle/oracle.hpp"

namespace gramian::testing {

/// Of the pair i, j in a triangle of n items.
inline double cosine_of(const std::vector<double>& cosines, int64_t n, int64_t i, int64_t j) {
  const int64_t low = std::min(i, j);
  return cosines[static_cast<size_t>(low * n - low * (low + 1) / 2 + std::max(i, j) - low - 1)];
}

/// The correlation of one triangle with the other's relabelled one.
inline double relabelled(const std::vector<double>& s, const std::vector<double>& t,
                         const std::vector<int64_t>& order) {
  const int64_t n = std::ssize(order);
  std::vector<double> moved;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = i + 1; j < n; ++j) {
      moved.push_back(cosine_of(t, n, order[static_cast<size_t>(i)], order[static_cast<size_t>(j)]));
    }
  }
  return oracle::pearson(s, moved);
}

/// Over the pairs of distinct items, each counted as often as its items were drawn together.
inline double weighted(const std::vector<double>& s, const std::vector<double>& t,
                       const std::vector<int64_t>& weights) {
  const int64_t n = std::ssize(weights);
  std::vector<double> x;
  std::vector<double> y;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = i + 1; j < n; ++j) {
      for (int64_t k = 0; k < weights[static_cast<size_t>(i)] * weights[static_cast<size_t>(j)]; ++k) {
        x.push_back(cosine_of(s, n, i, j));
        y.push_back(cosine_of(t, n, i, j));
      }
    }
  }
  return x.empty() ? std::nan("") : oracle::pearson(x, y);
}

}  // namespace gramian::testing
