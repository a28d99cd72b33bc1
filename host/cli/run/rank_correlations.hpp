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

/// What a space's sweep gathers for rank correlations with others: the matrix for exact ranks, counts of bins
/// otherwise.
class RankedSpace {
 public:
  RankedSpace(Session& session, const RankMethod& method, Space& space);
  Space& space() { return *space_; }
  /// To be swept. As the first of a pair a space needs no counts of bins, so those of the second alone will do.
  SweepAnalysis& analysis();
  bool exact() const { return all_.has_value(); }
  /// Once swept.
  const std::vector<double>& cosines() const { return all_.value().found().cosines; }
  const Asked<RankCounts>& counts() const { return counts_.value(); }

 private:
  Space* space_;
  std::optional<Asked<Dense>> all_;
  std::optional<Asked<RankCounts>> counts_;
};

/// `b` has been swept, and `a` where ranks are exact.
Spearman spearman(Session& session, RankedSpace& a, RankedSpace& b);

/// How ranks were found, for the result.
Json ranks_json(const Spearman& result);
Json to_json(const Kendall& result);

}  // namespace gramian::cli
