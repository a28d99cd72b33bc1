#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/cosines/pair.hpp"
#include "engine/reductions/counts.hpp"
#include "engine/reductions/shape.hpp"

namespace gramian {

/// A closed interval of cosines.
struct Interval {
  double lo = -1.0;
  double hi = 1.0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// The pairs whose cosine lies in any of some intervals, handed over as they are found, and how many cosines lie below
/// each interval. Intervals may overlap; a pair is handed over once. With a margin, intervals reach that much further
/// at both ends, and by as much as the device proves for its cosines where `certified` says so.
struct Listed {
  struct Entry {
    double cosine = 0.0;  // as it was swept
    uint16_t row = 0;     // from the first of the batch
    uint16_t column = 0;
  };
  /// Of one tile, or a part of it.
  struct Batch {
    int64_t row = 0;
    int64_t column = 0;
    double margin = 0.0;  // what was added to the intervals here
    std::span<const Entry> entries;

    Pair pair(const Entry& entry) const { return {row + entry.row, column + entry.column}; }
  };
  /// What batches are handed to, from several threads at once.
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void take(const Batch& batch) = 0;
  };

  std::vector<Interval> intervals;
  std::shared_ptr<Sink> sink;
  double margin = 0.0;
  bool certified = false;  // asked of backends that certify

  struct Found {
    Counts below;  // an interval; cosines under its lower end less the margin
    friend bool operator==(const Found&, const Found&) = default;
  };

  /// Throws InvalidUsage where there is no sink, and for an interval that is none.
  void check(const SweepShape& shape) const;
  Found nothing(const SweepShape& shape) const;
  static void merge(Found& into, Found&& part);
  friend bool operator==(const Listed&, const Listed&) = default;
};

}  // namespace gramian
