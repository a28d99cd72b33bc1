#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/cosines/pair.hpp"
#include "engine/reductions/counts.hpp"
#include "engine/reductions/shape.hpp"

namespace gramian {

/// How many cosines of each row of one side reach the threshold; a row's cosine to itself is none of them in a
/// triangle. With a margin, only those count that reach threshold + margin, and pairs from threshold - margin to below
/// that are open: handed to the sink as they are found, or listed in no particular order where there is none. Where
/// `certified`, the margin is wider by what the device proves for its cosines of the rows at hand.
struct Degrees {
  /// What open pairs are handed to, from several threads at once.
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void take(std::span<const Pair> open) = 0;
  };

  double threshold = 0.0;
  Axis of = Axis::rows;
  double margin = 0.0;
  bool certified = false;  // asked of backends that certify
  std::shared_ptr<Sink> sink = nullptr;

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
