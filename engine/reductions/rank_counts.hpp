#pragma once

#include <memory>

#include "engine/cosines/rank_bins.hpp"
#include "engine/reductions/counts.hpp"
#include "engine/reductions/shape.hpp"

namespace gramian {

/// How many cosines fall into each of these bins.
struct RankCounts {
  std::shared_ptr<const RankBins> bins;

  struct Found {
    Counts counts;  // a bin
    friend bool operator==(const Found&, const Found&) = default;
  };

  /// Throws InvalidUsage where there are no bins.
  void check(const SweepShape& shape) const;
  Found nothing(const SweepShape& shape) const;
  static void merge(Found& into, Found&& part);
  friend bool operator==(const RankCounts&, const RankCounts&) = default;
};

}  // namespace gramian
