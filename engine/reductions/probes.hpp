#pragma once

#include <vector>

#include "engine/cosines/pair.hpp"
#include "engine/reductions/shape.hpp"

namespace gramian {

/// The cosines of these pairs as the sweep computes them. Pairs ascend and may repeat; i < j in a triangle.
struct Probes {
  std::vector<Pair> pairs;

  struct Found {
    std::vector<double> cosines;  // as `pairs`; NaN for pairs in tiles that were not swept
  };

  /// Throws InvalidUsage for pairs that do not ascend or that the shape does not have.
  void check(const SweepShape& shape) const;
  Found nothing(const SweepShape& shape) const;
  static void merge(Found& into, Found&& part);
  friend bool operator==(const Probes&, const Probes&) = default;
};

}  // namespace gramian
