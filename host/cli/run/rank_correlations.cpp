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
  if (exact_) session.require_memory(spearman_exact_bytes(n));
}

void RankMethod::record(Json& settings) const {
  settings["method"] = method_;
  settings["ranks"] = wanted_ ? Json(exact_ ? "exact" : "binned") : Json(nullptr);
  settings["kendall"] = wanted_ ? Json(kendall_pairs_) : Json(nullptr);
}

RankedSpace::RankedSpace(Session& session, const RankMethod& method, Space& space) : space_(&space) {
  if (!method.exact()) {
    counts_.emplace(RankCounts{session.timed(
        "rank_bins", [&] { return choose_rank_bins(space, session.precision(), session.options().seed); })});
  }
}

const std::vector<double>& RankedSpace::triangle(const Progress& progress) {
  if (triangle_.empty()) triangle_ = cosine_triangle(*space_, progress);
  return triangle_;
}

Spearman spearman(Session& session, RankedSpace& a, RankedSpace& b) {
  Spearman result;
  const Progress progress = session.progress().stage("ranks", pair_count(a.space().size()), "pairs");
  if (a.exact()) {
    result = session.timed("ranks", [&] {
      return spearman_of(a.triangle(progress), b.triangle(progress), tie_tolerance(a.space()),
                         tie_tolerance(b.space()));
    });
  } else {
    result = session.timed("ranks", [&] {
      return spearman_binned(a.space(), *a.counts().wanted().bins, b.space(), b.counts(), session.precision(),
                             progress);
    });
  }
  session.progress().erase();
  check_interrupt();
  return result;
}

Json ranks_json(const Spearman& result) {
  const bool sorted = result.bins[0] == 0;
  Json json;
  json["exact"] = sorted && result.bound == 0.0;
  json["error_bound"] = result.bound;
  json["bins"] = sorted ? Json(nullptr) : Json({result.bins[0], result.bins[1]});
  return json;
}

Json to_json(const Kendall& result) {
  return {{"tau_a", result.tau_a}, {"standard_error", result.standard_error}, {"pairs", result.pairs}};
}

}  // namespace gramian::cli
