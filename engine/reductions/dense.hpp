#pragma once

#include <vector>

#include "engine/reductions/shape.hpp"

namespace gramian {

/// All cosines as a matrix, for few rows.
struct Dense {
  struct Found {
    /// rows x columns, row-major; NaN where no tile has been, and in a triangle where not i < j.
    std::vector<double> cosines;
  };

  void check(const SweepShape&) const {}
  /// Throws InvalidInput where the matrix has more elements than can be counted.
  Found nothing(const SweepShape& shape) const;
  static void merge(Found& into, Found&& part);
  friend bool operator==(const Dense&, const Dense&) = default;
};

}  // namespace gramian
