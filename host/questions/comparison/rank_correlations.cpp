#include "host/questions/comparison/rank_correlations.hpp"

#include "engine/error.hpp"

namespace gramian::questions {
namespace {

/// Up to so many items ranks are exact unless asked otherwise: 8.4e6 pairs sort in seconds.
constexpr int64_t kExactItems = 4096;

}  // namespace

void RankOptions::describe(Description& d) {
  d.option("--method", &method, "NAME", "pearson, spearman or both").one_of({"pearson", "spearman", "both"});
  d.option("--ranks", &how, "HOW",
           "Spearman's ranks: exact (sorts all pairs), binned (two sweeps, error bounded and reported) or auto "
           "(exact up to 4,096 tokens)")
      .one_of({"auto", "exact", "binned"})
      .unrecorded();
  d.option("--kendall", &kendall_pairs, "M", "Pairs in the sample for Kendall's tau-a; 0: none")
      .at_least(0)
      .unrecorded();
  d.record("ranks", &understood_how);
  d.record("kendall", &understood_kendall);
}

void RankOptions::settle(Run& run, int64_t n) {
  if (!wanted()) return;
  understood_how = how == "exact" || (how == "auto" && n <= kExactItems) ? "exact" : "binned";
  understood_kendall = kendall_pairs;
  if (exact()) run.require_memory(spearman_exact_bytes(n));
}

void RankOptions::settle_given(Run& run, int64_t n) {
  if (!wanted()) return;
  if (how == "binned") throw InvalidUsage("--ranks binned: dissimilarities that are given are sorted");
  understood_how = "exact";
  run.memory().require(spearman_exact_bytes(n));
}

RankedSpace::RankedSpace(Run& run, const RankOptions& options, Space& space) : space_(&space) {
  if (!options.exact()) {
    counts_.emplace(
        RankCounts{run.timed("rank_bins", [&] { return choose_rank_bins(space, run.precision(), run.seed()); })});
  }
}

const std::vector<double>& RankedSpace::triangle(const Progress& progress) {
  if (triangle_.empty()) triangle_ = cosine_triangle(*space_, progress);
  return triangle_;
}

Spearman spearman(Run& run, RankedSpace& a, RankedSpace& b) {
  Spearman result;
  if (a.exact()) {
    result = run.watched("ranks", "ranks", pair_count(a.space().size()), "pairs", [&](const Progress& progress) {
      return spearman_of(a.triangle(progress), b.triangle(progress), tie_tolerance(a.space()),
                         tie_tolerance(b.space()));
    });
  } else {
    result = run.watched("ranks", "ranks", pair_count(a.space().size()), "pairs", [&](const Progress& progress) {
      return spearman_binned(a.space(), *a.counts().wanted().bins, b.space(), b.counts(), run.precision(), progress);
    });
  }
  run.check();
  return result;
}

Json ranks_json(const Spearman& result) {
  const bool sorted = result.bins[0] == 0;
  Json json;
  json["exact"] = sorted && result.bound == 0.0;
  json["error_bound"] = result.bound;
  json["bins"] = sorted ? Json() : Json::array({result.bins[0], result.bins[1]});
  return json;
}

Json to_json(const Kendall& result) {
  return {{"tau_a", result.tau_a}, {"standard_error", result.standard_error}, {"pairs", result.pairs}};
}

}  // namespace gramian::questions
