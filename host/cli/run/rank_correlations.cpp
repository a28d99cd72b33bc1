#include "host/cli/run/rank_correlations.hpp"

#include "engine/error.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::cli {
namespace {

/// Up to so many items ranks are exact unless asked otherwise: 8.4e6 pairs sort in seconds.
constexpr int64_t kExactItems = 4096;

}  // namespace

void add_rank_options(CLI::App& command, RankOptions& options) {
  command.add_option("--method", options.method, "pearson (default), spearman or both")->type_name("NAME");
  command
      .add_option("--ranks", options.ranks,
                  "Spearman's ranks: exact (sorts all pairs), binned (two sweeps, error bounded and reported) or "
                  "auto (default: exact up to 4,096 tokens)")
      ->type_name("HOW");
  command
      .add_option("--kendall", options.kendall_pairs,
                  "Pairs in the sample for Kendall's tau-a, beside Spearman (default 65536; 0: none)")
      ->type_name("M")
      ->check(at_least(0));
}

RankMethod::RankMethod(Session& session, const RankOptions& options, int64_t n)
    : method_(options.method), ranks_(options.ranks) {
  if (method_ != "pearson" && method_ != "spearman" && method_ != "both") {
    throw InvalidUsage("--method " + host::printable(method_) + ": must be pearson, spearman or both");
  }
  if (ranks_ != "auto" && ranks_ != "exact" && ranks_ != "binned") {
    throw InvalidUsage("--ranks " + host::printable(ranks_) + ": must be auto, exact or binned");
  }
  wanted_ = method_ != "pearson";
  if (!wanted_) return;
  exact_ = ranks_ == "exact" || (ranks_ == "auto" && n <= kExactItems);
  kendall_pairs_ = options.kendall_pairs;
  // The sweep's matrix and what is made of it, of both spaces.
  const double matrices = 4.0 * 8.0 * static_cast<double>(n) * static_cast<double>(n);
  if (exact_) session.require_memory(matrices + spearman_exact_bytes(n));
}

void RankMethod::record(Json& settings) const {
  settings["method"] = method_;
  settings["ranks"] = wanted_ ? Json(exact_ ? "exact" : "binned") : Json(nullptr);
  settings["kendall"] = wanted_ ? Json(kendall_pairs_) : Json(nullptr);
}

RankedSpace::RankedSpace(Session& session, const RankMethod& method, Space& space) : space_(&space) {
  if (method.exact()) {
    all_.emplace(Dense{});
  } else {
    counts_.emplace(RankCounts{session.timed(
        "rank_bins", [&] { return choose_rank_bins(space, session.precision(), session.options().seed); })});
  }
}

SweepAnalysis& RankedSpace::analysis() {
  return all_ ? static_cast<SweepAnalysis&>(*all_) : static_cast<SweepAnalysis&>(*counts_);
}

Spearman spearman(Session& session, RankedSpace& a, RankedSpace& b) {
  Spearman result;
  if (a.exact()) {
    result = session.timed("ranks", [&] { return spearman_exact(a.cosines(), b.cosines(), a.space().size()); });
  } else {
    const Progress progress = session.progress().stage("ranks", pair_count(a.space().size()), "pairs");
    result = session.timed("ranks", [&] {
      return spearman_binned(a.space(), *a.counts().wanted().bins, b.space(), b.counts(), session.precision(), progress);
    });
    session.progress().erase();
  }
  check_interrupt();
  return result;
}

Json ranks_json(const Spearman& result) {
  const bool exact = result.bins[0] == 0;
  Json json;
  json["exact"] = exact;
  json["error_bound"] = result.bound;
  json["bins"] = exact ? Json(nullptr) : Json({result.bins[0], result.bins[1]});
  return json;
}

Json to_json(const Kendall& result) {
  return {{"tau_a", result.tau_a}, {"standard_error", result.standard_error}, {"pairs", result.pairs}};
}

}  // namespace gramian::cli
