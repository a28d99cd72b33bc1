#pragma once

#include <cstdint>
#include <vector>

#include "engine/cosines/pair.hpp"
#include "engine/reductions/counts.hpp"
#include "engine/reductions/shape.hpp"

namespace gramian {

/// How many cosines of each row of one side reach the threshold; a row's cosine to itself is none of them in a
/// triangle. With a margin, only those count that reach threshold + margin, and pairs from threshold - margin to below
/// that are listed, in no particular order; where `certified`, the margin is wider by what the device proves for its
/// cosines of the rows at hand.
struct Degrees {
  double threshold = 0.0;
  Axis of = Axis::rows;
  double margin = 0.0;
  bool certified = false;  // asked of backends that certify

  /// More pairs are not listed.
  static constexpr int64_t kMostOpen = int64_t{1} << 22;

  struct Found {
    Counts counts;           // a row
    std::vector<Pair> open;  // empty where there were more than kMostOpen
    bool overflowed = false;
    friend bool operator==(const Found&, const Found&) = default;
  };

  /// Throws InvalidUsage for the columns of a triangle.
  void check(const SweepShape& shape) const;
  Found nothing(const SweepShape& shape) const;
  static void merge(Found& into, Found&& part);
  friend bool operator==(const Degrees&, const Degrees&) = default;
};

}  // namespace gramian
