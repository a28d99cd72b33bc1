#include "host/questions/comparison/rsa_of.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "engine/analyses/neighborhoods/similarity.hpp"
#include "engine/error.hpp"
#include "host/questions/comparison/model_matrices.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

/// Up to this n²d the distributions of both spaces are swept without being asked for: about a second.
constexpr double kCheapSweep = 1e11;
/// Items listed as least and as most preserved, and the neighbours shown of each.
constexpr int64_t kListed = 10;
constexpr int64_t kNeighbors = 5;
/// Up to so many items -o gets both matrices and both upper triangles as arrays.
constexpr int64_t kLocalItems = 2000;

std::vector<PreservedToken> preserved(SharedSpaces& spaces, const std::vector<int64_t>& items) {
  const int64_t k = std::min(kNeighbors, spaces.size() - 1);
  const auto first = neighbors_of(spaces.space(0), items, k);
  const auto second = neighbors_of(spaces.space(1), items, k);
  std::vector<PreservedToken> all;
  for (size_t i = 0; i < items.size(); ++i) all.push_back({items[i], first[i], second[i]});
  return all;
}

}  // namespace

About RsaOf::about() {
  return {.name = "rsa",
          .summary = "Whether two spaces agree: the correlation of their cosines",
          .keys = {{"shared", "tokens compared"},
                   {"shared_before_filters", "tokens in both"},
                   {"pairs", "of shared tokens"},
                   {"lost", "tokens left out, and why"},
                   {"models", "of more than two: the inputs"},
                   {"tensors", "of more than two: the tensor of each, or null"},
                   {"rsa",
                    "correlations, p-value and interval; of more than two: matrices, mean, sd, noise_ceiling, partial"},
                   {"linear_cka", "linear CKA of the rows as they are"},
                   {"linear_cka_debiased", "the same without the bias of few rows: 0 on average for noise"},
                   {"linear_cka_unit_rows", "the same of the rows scaled to length 1"},
                   {"per_token", "the least and the best preserved tokens"},
                   {"distributions", "of the cosines of both spaces"}},
          .definitions =
              {{"Pearson, Spearman", "correlation of the two upper triangles of cosines, and of their average ranks"},
               {"p-value", "(1 + r)/(1 + P), r of P relabellings of the tokens reaching the correlation (Mantel 1967)"},
               {"linear CKA",
                "‖XᵀY‖²/(‖XᵀX‖ ‖YᵀY‖) of centred columns; for few tokens and many dimensions far above 0 by itself"},
               {"debiased", "by the unbiased HSIC (Song 2012, Nguyen 2021): 0 on average for independent spaces"},
               {"partial", "of two spaces once all others are accounted for"},
               {"noise ceiling", "of a space with the mean of all others, and of all (Nili 2014)"},
               {"per token", "correlation of a token's cosines in one space with those in the other"}},
          .files = {{"joined.tsv", "shared tokens and their rows"},
                    {"per_token.npy", "how well each token is preserved"},
                    {"matrix1.npy, matrix2.npy", "cosines, up to 2,000 tokens"},
                    {"triangle1.npy, triangle2.npy", "their upper triangles"},
                    {"matrices.svg", "both in one order and scale, up to 400 tokens"},
                    {"scatter.svg", "cosines of one against the other, up to 2,000 tokens"},
                    {"pearson.svg", "of more than two"},
                    {"pearson.npy, spearman.npy, linear_cka.npy, linear_cka_debiased.npy, partial.npy",
                     "of more than two"}},
          .examples = {{"rsa sample/run1.npy sample/run2.npy", "over the tokens both have"},
                       {"rsa a.npy b.npy --method both --permutations 1000 --bootstrap 1000",
                        "with ranks, a p-value and an interval"},
                       {"rsa model.npy people.npy --rdm --method both", "of dissimilarities that are given"},
                       {"rsa \"layers.npz#layer.*\" -o out", "all layers, and a heat map"}}};
}

void RsaOf::describe(Description& d) {
  settings.describe(d);
  joining.describe(d);
  rows.describe_pair(d);
  compared.describe(d);
  ranks.describe(d);
  pictures.describe_of_matrices(d);
  d.option("--permutations", &permutations, "P", "Test against so many relabellings of the tokens");
  d.flag("--two-sided", two_sided, "Count correlations as large of either sign");
  d.option("--bootstrap", &bootstrap, "B", "95 % interval from so many resamplings of the tokens");
  d.flag("--rdm", rdm, "The inputs are dissimilarities: squares, or as scipy's pdist has them");
  d.flag("--distributions", distributions, "Extremes and quantiles of both sides, however long it takes");
}

RsaOf::Answer RsaOf::ask(Run& run) {
  if (permutations < 0 || bootstrap < 0) {
    throw InvalidUsage("--permutations and --bootstrap count replicates; 0, the default, is none");
  }
  pictures.check();
  if (rdm) return compare_given(run);
  const std::vector<std::string> paths = compared.paths("rsa");
  const bool two = paths.size() == 2;
  if (!two && (permutations != 0 || bootstrap != 0 || distributions || two_sided)) {
    throw InvalidUsage("--permutations, --bootstrap and --distributions compare two matrices, not more");
  }
  Answer answer{.spaces = std::make_unique<SharedSpaces>(run, paths, joining, rows),
                .rdms = {},
                .pictures = pictures,
                .found = {}};
  ranks.settle(run, answer.spaces->size());
  if (two) {
    answer.found = compare_two(run, *answer.spaces);
  } else {
    answer.found = compare_all(run, *answer.spaces);
  }
  return answer;
}

RsaOf::Answer RsaOf::compare_given(Run& run) {
  if (!compared.more.empty() || distributions || rows.sample || rows.preprocessing.centers() || rows.drop_bad_rows) {
    throw InvalidUsage(
        "--rdm compares two matrices of dissimilarities as they are: without further ones, "
        "--distributions, --sample, --drop-bad-rows and what transforms rows");
  }
  Answer answer{.spaces = {},
                .rdms = std::make_unique<SharedRdms>(run, compared.first, compared.second, joining, rows),
                .pictures = {},
                .found = {}};
  const Dissimilarities& a = answer.rdms->a();
  const Dissimilarities& b = answer.rdms->b();
  ranks.settle_given(run, a.items);
  Pair pair;
  pair.two_sided = two_sided;
  pair.rsa.items = a.items;
  pair.rsa.pairs = std::ssize(a.pairs);
  pair.rsa.pearson = run.timed("rsa", [&] { return pearson(a, b); });
  if (std::isnan(pair.rsa.pearson))
    run.note("All dissimilarities of one side are equal: a correlation is not defined.");
  run.check();
  if (permutations > 0) {
    const PermutationSettings wanted{.permutations = permutations, .seed = run.seed(), .two_sided = two_sided};
    pair.test = run.watched("permutations", "permutations", static_cast<double>(permutations), "permutations",
                            [&](const Progress& progress) {
                              return permutation_test(a, b, pair.rsa.pearson, wanted, run.threads(), progress);
                            });
  }
  if (bootstrap > 0) {
    const BootstrapSettings wanted{.replicates = bootstrap, .seed = run.seed()};
    pair.interval = run.watched(
        "bootstrap", "bootstrap", static_cast<double>(bootstrap), "replicates",
        [&](const Progress& progress) { return bootstrap_interval(a, b, wanted, run.threads(), progress); });
  }
  if (ranks.wanted()) pair.by_ranks = run.timed("ranks", [&] { return spearman_of(a.pairs, b.pairs, 0.0, 0.0); });
  run.check();
  run.no_sweep("fp64, of the values given");
  answer.found = std::move(pair);
  return answer;
}

void RsaOf::infer(Run& run, SharedSpaces& spaces, Pair& pair) const {
  Space& a = spaces.space(0);
  Space& b = spaces.space(1);
  if (permutations > 0 || bootstrap > 0) {
    run.require_memory(resampling_bytes(a, b, run.precision(), run.threads()) + spaces.kept_bytes(run, 0),
                       "fewer threads, fewer rows (--limit) or fewer dimensions take less");
  }
  if (permutations > 0) {
    const PermutationSettings wanted{
        .permutations = permutations, .seed = run.seed(), .two_sided = two_sided, .precision = run.precision()};
    pair.test =
        run.watched("permutations", "permutations", static_cast<double>(permutations), "permutations",
                    [&](const Progress& progress) { return permutation_test(a, b, pair.rsa, wanted, progress); });
  }
  if (bootstrap > 0) {
    const BootstrapSettings wanted{.replicates = bootstrap, .seed = run.seed(), .precision = run.precision()};
    // Every replicate takes a product of each space with itself and one of both.
    pair.interval = run.watched("bootstrap", "bootstrap", 3.0 * static_cast<double>(bootstrap), "products",
                                [&](const Progress& progress) { return bootstrap_interval(a, b, wanted, progress); });
    if (pair.interval->undefined > 0) {
      run.note(host::grouped(pair.interval->undefined) +
               " bootstrap replicates drew too few different tokens for a correlation and are left out.");
    }
  }
  run.check();
}

/// Everything that needs single cosines, in one pass over each space where that is possible.
void RsaOf::sweep(Run& run, SharedSpaces& spaces, Pair& pair) const {
  const auto n = static_cast<double>(spaces.size());
  const auto wide = static_cast<double>(std::max(spaces.space(0).dim(), spaces.space(1).dim()));
  const bool cheap = n * n * wide <= kCheapSweep;
  run.no_sweep();
  std::deque<RankedSpace> ranked;
  for (size_t k = 0; k < 2; ++k) {
    Space& space = spaces.space(k);
    std::vector<SweepAnalysis*> analyses;
    if (ranks.wanted()) {
      RankedSpace& each = ranked.emplace_back(run, ranks, space);
      if (!ranks.exact() && k == 1) analyses.push_back(&each.analysis());
    }
    std::optional<Asked<Dense>> local;
    if (run.keeps_files() && spaces.size() <= kLocalItems) analyses.push_back(&local.emplace(Dense{}));
    std::optional<DistributionAnalysis> distribution;
    if (distributions || cheap) {
      DistributionSettings wanted;
      wanted.seed = run.seed();
      wanted.keep_bytes = run.plan_sweep_memory(spaces.input(k), spaces.size(), spaces.kept_bytes(run, k));
      analyses.push_back(&distribution.emplace(space, run.precision(), wanted));
    }
    if (!analyses.empty()) run.sweep(space, analyses);
    if (distribution) pair.swept.push_back(distribution->result());
    if (local) pair.matrices.push_back(similarity_matrix(local->found(), spaces.size()));
  }
  if (pair.swept.empty()) {
    run.note("Extremes and quantiles of both distributions were not asked for: --distributions.");
  }
  if (run.keeps_files() && !pictures.none() && spaces.size() > kPicturedItems) {
    run.note(std::string(spaces.size() > kLocalItems ? "matrices.svg and scatter.svg are" : "matrices.svg is") +
             " not written: " + (spaces.size() > kLocalItems ? "they are" : "it is") + " for up to " +
             (spaces.size() > kLocalItems ? host::grouped(kPicturedItems) + " and " + host::grouped(kLocalItems)
                                          : host::grouped(kPicturedItems)) +
             " tokens.");
  }
  if (n < 10.0 * wide) {
    run.note("Linear CKA is biased upwards with " + host::grouped(spaces.size()) + " tokens in " +
             host::grouped(static_cast<int64_t>(wide)) + " dimensions: read the debiased one.");
  }
  for (const auto& [constant, which] :
       {std::pair(pair.rsa.constant_a, "first"), std::pair(pair.rsa.constant_b, "second")}) {
    if (!constant) continue;
    run.note(std::string("All cosines of the ") + which + " space are equal: a correlation is not defined.");
  }
  if (!ranks.wanted()) return;
  pair.by_ranks = spearman(run, ranked[0], ranked[1]);
  if (ranks.kendall() == 0) return;
  pair.by_order = run.timed(
      "kendall", [&] { return kendall_sample(spaces.space(0), spaces.space(1), ranks.kendall(), run.seed()); });
}

RsaOf::Pair RsaOf::compare_two(Run& run, SharedSpaces& spaces) const {
  Pair pair;
  pair.two_sided = two_sided;
  pair.rsa = run.timed("rsa", [&] { return rsa(spaces.space(0), spaces.space(1)); });
  run.check();
  pair.per_token = run.timed("per_token", [&] { return per_token_rsa(spaces.space(0), spaces.space(1)); });
  run.check();
  infer(run, spaces, pair);
  sweep(run, spaces, pair);
  const Ranking ranking = gramian::ranking(pair.per_token, kListed);
  pair.least = preserved(spaces, ranking.lowest);
  pair.most = preserved(spaces, ranking.highest);
  return pair;
}

RsaOf::Matrices RsaOf::compare_all(Run& run, SharedSpaces& spaces) const {
  const size_t count = spaces.count();
  std::deque<RankedSpace> ranked;
  for (size_t k = 0; k < count && ranks.wanted(); ++k) {
    RankedSpace& each = ranked.emplace_back(run, ranks, spaces.space(k));
    if (ranks.exact()) continue;
    SweepAnalysis* const analyses[] = {&each.analysis()};
    run.sweep(spaces.space(k), analyses);
  }
  if (!ranks.wanted() || ranks.exact()) run.no_sweep();
  Matrices found{.pearson = model_matrix(count, 1.0),
                 .linear_cka = model_matrix(count, 1.0),
                 .linear_cka_debiased = model_matrix(count, 1.0),
                 .agreement = {},
                 .spearman = {}};
  if (ranks.wanted()) found.spearman = model_matrix(count, 1.0);
  found.exact_ranks = ranks.exact();
  const auto undefine = [&](size_t which) {
    const auto k = static_cast<int64_t>(which);
    if (std::isnan(found.pearson(k, k))) return;
    found.pearson(k, k) = std::numeric_limits<double>::quiet_NaN();
    if (found.spearman) (*found.spearman)(k, k) = std::numeric_limits<double>::quiet_NaN();
    run.note("All cosines of space " + std::to_string(which + 1) + " are equal: a correlation is not defined.");
  };
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = i + 1; j < count; ++j) {
      const Rsa result = run.timed("rsa", [&] { return rsa(spaces.space(i), spaces.space(j)); });
      run.check();
      set_both(found.pearson, i, j, result.pearson);
      set_both(found.linear_cka, i, j, result.linear_cka);
      set_both(found.linear_cka_debiased, i, j, result.linear_cka_debiased);
      if (result.constant_a) undefine(i);
      if (result.constant_b) undefine(j);
      if (!ranks.wanted()) continue;
      const Spearman by_ranks = spearman(run, ranked[i], ranked[j]);
      set_both(*found.spearman, i, j, by_ranks.rho);
      found.rank_error_bound = std::max(found.rank_error_bound, by_ranks.bound);
    }
  }
  found.agreement = agreement(found.pearson);
  return found;
}

}  // namespace gramian::questions
