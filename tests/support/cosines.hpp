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
  SweepRequest request;
  request.dense = true;
  const UnitRows& rows = space.unit_rows(precision);
  const TileGrid grid = space.backend().grid(rows);
  return upper_triangle(space.backend().sweep(rows, request, grid, {0, grid.size()}, {}).dense, space.size());
}

}  // namespace gramian::testing
