#pragma once
// Order statistics of the very cosines that a sweep forms, where these are not certified.
//
// A pilot sample of pairs puts a bracket of some standard errors round each wanted rank; the sweep counts what lies
// below and keeps what falls inside; the order statistic is selected from that. If a rank is not in its bracket, or a
// bracket would hold too much, the counts of the same sweep on the fine grid say exactly in which bin the rank lies,
// and one more sweep keeps only that bin.

#include <cstdint>
#include <vector>

#include "engine/certified/order_search.hpp"
#include "engine/space.hpp"

namespace gramian {

class SweptRanks {
 public:
  SweptRanks(Space& space, Precision precision, const OrderSettings& settings);

  /// Empty when all is found.
  SweepRequest needs();
  /// What that sweep found, from place `place` on.
  void take(SweepState& state, size_t place);
  double value(int64_t rank) const;

 private:
  struct Wanted {
    int64_t rank = 0;
    bool known = false;
    double value = 0.0;
    bool bracketed = false;
    size_t bracket = 0;  // in asked_
  };

  void bracket_everything();
  void bracket_by_pilot();
  void bracket_by_fine_counts(Wanted& wanted);
  void bracket_by_slot(Wanted& wanted, const Bracket& coarse, const Bracket::Found& found);
  void start_asking();
  /// Puts `wanted` into `bracket`, which is expected to hold about `inside` values.
  void ask(Wanted& wanted, Bracket bracket, double inside);

  Space& space_;
  CosineType type_;
  double promise_;
  OrderSettings settings_;
  int64_t pairs_;
  std::vector<Wanted> wanted_;  // ascending ranks
  std::vector<Bracket> asked_;
  double keep_left_ = 0.0;    // bytes
  double values_left_ = 0.0;  // that are worth keeping
  bool first_ = true;
  bool done_ = false;
  Counts fine_;
};

}  // namespace gramian
