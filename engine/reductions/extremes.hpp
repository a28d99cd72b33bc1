#pragma once

#include <limits>

#include "engine/cosines/pair.hpp"
#include "engine/reductions/shape.hpp"

namespace gramian {

/// The smallest and the largest cosine, each with its first pair in (i, j) order.
struct Extremes {
  struct Found {
    double min = std::numeric_limits<double>::infinity();
    double max = -std::numeric_limits<double>::infinity();
    Pair min_at;
    Pair max_at;
    friend bool operator==(const Found&, const Found&) = default;
  };

  void check(const SweepShape&) const {}
  Found nothing(const SweepShape&) const { return {}; }
  static void merge(Found& into, Found&& part);
  friend bool operator==(const Extremes&, const Extremes&) = default;
};

}  // namespace gramian
