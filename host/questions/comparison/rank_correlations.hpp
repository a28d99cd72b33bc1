#pragma once
// Spearman's and Kendall's correlation of spaces: what rsa of two files and of many have in common.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/analyses/comparison/kendall.hpp"
#include "engine/analyses/comparison/spearman.hpp"
#include "host/questions/run/run.hpp"

namespace gramian::questions {

struct RankOptions {
  std::string method = "pearson";
  std::string how = "auto";
  int64_t kendall_pairs = 65536;

  void describe(Description& d);

  /// As they are understood once it is known how many items there are.
  std::optional<std::string> understood_how;
  std::optional<int64_t> understood_kendall;

  bool wanted() const { return method != "pearson"; }
  bool exact() const { return understood_how == "exact"; }
  int64_t kendall() const { return understood_kendall.value_or(0); }
  /// For spaces of `n` items. Throws OutOfMemory where exact ranks do not fit.
  void settle(Run& run, int64_t n);
  /// For values that are given, which are sorted however many they are, and without Kendall's correlation.
  void settle_given(Run& run, int64_t n);
};

/// A space for rank correlations with others. Exact ranks need nothing of a sweep, others the counts of bins.
class RankedSpace {
 public:
  RankedSpace(Run& run, const RankOptions& options, Space& space);
  Space& space() { return *space_; }
  bool exact() const { return !counts_.has_value(); }
  /// To be swept, unless ranks are exact. As the first of a pair a space needs no counts of bins, so those of the
  /// second alone will do.
  SweepAnalysis& analysis() { return counts_.value(); }
  /// Once swept.
  const Asked<RankCounts>& counts() const { return counts_.value(); }
  /// Where ranks are exact; formed when it is first wanted.
  const std::vector<double>& triangle(const Progress& progress);

 private:
  Space* space_;
  std::vector<double> triangle_;
  std::optional<Asked<RankCounts>> counts_;
};

/// `b` has been swept, unless ranks are exact.
Spearman spearman(Run& run, RankedSpace& a, RankedSpace& b);

/// How ranks were found, for the result.
Json ranks_json(const Spearman& result);
Json to_json(const Kendall& result);

}  // namespace gramian::questions
