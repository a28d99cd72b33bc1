#pragma once
// All cosines of a space as a sweep produced them, in pair order.

#include <cstdint>
#include <vector>

#include "engine/space.hpp"
#include "engine/sweep/sweep.hpp"

namespace gramian::testing {

inline std::vector<double> upper_triangle(const std::vector<double>& dense, int64_t n) {
  std::vector<double> all;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = i + 1; j < n; ++j) all.push_back(dense[static_cast<size_t>(i * n + j)]);
  }
  return all;
}

inline std::vector<double> swept_cosines(Space& space, Precision precision) {
  const SweepState state = space.backend().sweep(space.unit_rows(precision), {Dense{}});
  return upper_triangle(state.of<Dense>(0).cosines, space.size());
}

/// All canonical cosines, in pair order.
inline std::vector<double> canonical_cosines(Space& space) {
  std::vector<Pair> pairs;
  for (int64_t i = 0; i < space.size(); ++i) {
    for (int64_t j = i + 1; j < space.size(); ++j) pairs.push_back({i, j});
  }
  return space.backend().pair_cosines(space.device_rows(), space.unit(), pairs);
}

}  // namespace gramian::testing
