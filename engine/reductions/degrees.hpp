#pragma once

#include "engine/reductions/counts.hpp"
#include "engine/reductions/shape.hpp"

namespace gramian {

/// How many cosines of each row of one side reach the threshold; a row's cosine to itself is none of them in a triangle.
struct Degrees {
  double threshold = 0.0;
  Axis of = Axis::rows;

  struct Found {
    Counts counts;  // a row
    friend bool operator==(const Found&, const Found&) = default;
  };

  /// Throws InvalidUsage for the columns of a triangle.
  void check(const SweepShape& shape) const;
  Found nothing(const SweepShape& shape) const;
  static void merge(Found& into, Found&& part);
  friend bool operator==(const Degrees&, const Degrees&) = default;
};

}  // namespace gramian
