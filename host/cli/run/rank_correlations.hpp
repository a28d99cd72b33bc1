#pragma once
// Spearman's and Kendall's correlation of spaces: what rsa of two files and of many have in common.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/analyses/comparison/kendall.hpp"
#include "engine/analyses/comparison/spearman.hpp"
#include "host/cli/run/json.hpp"
#include "host/cli/run/session.hpp"

namespace gramian::cli {

struct RankOptions {
  std::string method = "pearson";
  std::string ranks = "auto";
  int64_t kendall_pairs = 65536;
};

/// --method, --ranks, --kendall.
void add_rank_options(CLI::App& command, RankOptions& options);

/// How --method and --ranks read for spaces of `n` items.
class RankMethod {
 public:
  /// Throws InvalidUsage for words that do not exist, OutOfMemory where exact ranks do not fit.
  RankMethod(Session& session, const RankOptions& options, int64_t n);
  bool wanted() const { return wanted_; }
  bool exact() const { return exact_; }
  int64_t kendall_pairs() const { return kendall_pairs_; }
  /// For the settings of the result.
  void record(Json& settings) const;

 private:
  std::string method_;
  std::string ranks_;
  bool wanted_ = false;
  bool exact_ = false;
  int64_t kendall_pairs_ = 0;
};

/// A space for rank correlations with others. Exact ranks need nothing of a sweep, others the counts of bins.
class RankedSpace {
 public:
  RankedSpace(Session& session, const RankMethod& method, Space& space);
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
Spearman spearman(Session& session, RankedSpace& a, RankedSpace& b);

/// How ranks were found, for the result.
Json ranks_json(const Spearman& result);
Json to_json(const Kendall& result);

}  // namespace gramian::cli
