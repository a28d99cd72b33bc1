#pragma once
// Order statistics and extremes of the canonical cosines of all pairs, found by sweeps whose cosines need not be so
// good.
//
// A pilot sample of pairs puts an interval of some standard errors round each wanted rank, and one at each end beyond
// which it has seen nothing; the sweep counts what lies below and lists what lies within (Listed), and what is made of
// that is told in gathering.hpp. A rank that is not in its interval is looked for again: in a wider one, then
// everywhere.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/certified/gathering.hpp"
#include "engine/certified/sink.hpp"
#include "engine/space.hpp"

namespace gramian {

struct OrderSettings {
  std::vector<int64_t> ranks;  // 0-based, each below the number of pairs
  uint64_t seed = 0;
  double bracket_errors = 4.0;  // half an interval's width in standard errors of the pilot
  int64_t keep_bytes = 0;       // for pairs and values that are kept
};

class OrderSearch {
 public:
  /// `space` must outlive it, and its backend certify. The extremes are looked for as well.
  OrderSearch(Space& space, const OrderSettings& settings);

  /// One Listed, or nothing when all is found.
  SweepRequest needs();
  /// After the sweep that certified_sweep has made of it.
  void take();

  double value(int64_t rank) const;
  const Extremes::Found& extremes() const { return extremes_; }
  /// What cosines of the first sweep may be off by.
  double first_bound() const { return first_bound_; }

 private:
  class Sink;
  struct Wanted {
    int64_t rank = 0;
    int tries = 0;
    std::optional<Interval> within;  // where the last sweep has seen it
    std::optional<double> value;
  };
  /// An interval and the wanted ranks, from `first` to before `end`, that are looked for in it.
  struct Looked {
    Interval interval;
    size_t first = 0;
    size_t end = 0;
    bool surely = false;  // and nowhere else
  };

  void draw_pilot();
  Interval interval_of(const Wanted& wanted) const;
  double pilot_at(double rank) const;

  Space& space_;
  OrderSettings settings_;
  int64_t pairs_;
  const PairCosines* rows_ = nullptr;
  std::vector<Wanted> wanted_;  // ascending
  std::vector<double> pilot_;   // sorted; empty where pairs are few
  double pilot_bound_ = 0.0;    // of what those may be off by
  std::vector<Looked> looked_;
  std::shared_ptr<Sink> sink_;
  bool extremes_known_ = false;
  double first_bound_ = 0.0;
  Extremes::Found extremes_;
};

}  // namespace gramian
