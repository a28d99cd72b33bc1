#pragma once

#include "engine/cosines/fine_grid.hpp"
#include "engine/reductions/counts.hpp"
#include "engine/reductions/shape.hpp"

namespace gramian {

/// Equal-width bins over [lo, hi] with the edges of numpy.histogram: edge b = lo + b (hi - lo)/bins in fp64, bins are
/// closed on the left, the last one also on the right. 1 <= bins <= 65536.
struct Histogram {
  double lo = -1.0;
  double hi = 1.0;
  int64_t bins = 2048;

  struct Found {
    uint64_t below = 0;  // cosines < lo
    uint64_t above = 0;  // cosines > hi
    Counts counts;
    friend bool operator==(const Found&, const Found&) = default;
  };

  /// Throws InvalidUsage for a range that is none or a number of bins beyond the limits.
  void check(const SweepShape& shape) const;
  Found nothing(const SweepShape& shape) const;
  static void merge(Found& into, Found&& part);
  friend bool operator==(const Histogram&, const Histogram&) = default;
};

/// The counts of the fine grid themselves.
constexpr Histogram fine_histogram() { return {-1.0, 1.0, kFineBins}; }

/// The bins + 1 edges.
std::vector<double> edges_of(const Histogram& histogram);

}  // namespace gramian
