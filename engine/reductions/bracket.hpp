#pragma once

#include <variant>

#include "engine/reductions/counts.hpp"
#include "engine/reductions/shape.hpp"

namespace gramian {

/// A closed interval [lo, hi] of cosines: what lies below it is counted, what falls inside is kept, either every value
/// (keep = values) or as counts of runs of 2^shift neighbouring representable numbers (keep = counts). With shift 0
/// the counts are the exact multiset of values. Order statistics are selected from brackets.
struct Bracket {
  enum class Keep : uint8_t { values, counts };
  double lo = -1.0;
  double hi = 1.0;
  Keep keep = Keep::values;
  int shift = 0;

  struct Found {
    uint64_t below = 0;
    uint64_t inside = 0;
    Counts counts;  // keep == counts: slot (key(x) - key(lo)) >> shift, see ordered.hpp
    /// keep == values: in no particular order, of the type of the sweep's cosines.
    std::variant<std::vector<float>, std::vector<double>> values;
  };

  /// Throws InvalidUsage for an interval that is none, and for a negative shift.
  void check(const SweepShape& shape) const;
  Found nothing(const SweepShape& shape) const;
  static void merge(Found& into, Found&& part);
  /// Sorts what is kept in no particular order, so that equal findings are equal byte for byte.
  static void canonicalize(Found& found);
  friend bool operator==(const Bracket&, const Bracket&) = default;
};

/// Everything in bins [first, last] of the fine grid, 0 <= first <= last < kFineBins.
Bracket fine_bracket(int64_t first, int64_t last, CosineType type);

/// How many counters a bracket that keeps counts has.
int64_t bracket_slots(const Bracket& bracket, CosineType type);

}  // namespace gramian
