#include "engine/analyses/comparison/rsa.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "engine/analyses/comparison/per_token_rsa.hpp"
#include "engine/analyses/comparison/rsa_inference.hpp"
#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "host/cli/command.hpp"
#include "host/cli/commands/rsa_matrix.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/cli/run/paired_spaces.hpp"
#include "host/cli/run/rank_correlations.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/table.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"

namespace gramian::cli {
namespace {

/// Up to this n²d the distributions of both spaces are swept without being asked for: about a second.
constexpr double kCheapSweep = 1e11;
/// Items listed as least and as most preserved, and the neighbours shown of each.
constexpr int64_t kListed = 10;
constexpr int64_t kNeighbors = 5;

/// Up to so many items -o gets both matrices and both upper triangles as arrays.
constexpr int64_t kLocalItems = 2000;

struct RsaOptions : PairOptions {
  std::vector<std::string> more;
  RankOptions ranks;
  bool distributions = false;
  int64_t permutations = 0;
  bool two_sided = false;
  int64_t bootstrap = 0;
};

struct Inference {
  std::optional<PermutationTest> test;
  std::optional<BootstrapInterval> interval;
};

Inference infer(Session& session, const RsaOptions& options, PairedSpaces& spaces, const Rsa& observed) {
  Inference result;
  // The rows of both sides, kept as they are drawn from.
  const double kept = static_cast<double>(spaces.size()) *
                      static_cast<double>(spaces.first->dim() + spaces.second->dim() + 100) *
                      (session.precision() == Precision::double_ ? 8.0 : 4.0);
  if (options.permutations > 0 || options.bootstrap > 0) session.require_memory(kept);
  if (options.permutations > 0) {
    const auto count = static_cast<double>(options.permutations);
    const Progress progress = session.progress().stage("permutations", count, "permutations");
    result.test = session.timed("permutations", [&] {
      return permutation_test(*spaces.first, *spaces.second, observed,
                              {.permutations = options.permutations,
                               .seed = options.common.seed,
                               .two_sided = options.two_sided,
                               .precision = session.precision()},
                              progress);
    });
    session.progress().erase();
  }
  if (options.bootstrap > 0) {
    // Every replicate takes a product of each space with itself and one of both.
    const Progress progress =
        session.progress().stage("bootstrap", 3.0 * static_cast<double>(options.bootstrap), "products");
    result.interval = session.timed("bootstrap", [&] {
      return bootstrap_interval(
          *spaces.first, *spaces.second,
          {.replicates = options.bootstrap, .seed = options.common.seed, .precision = session.precision()}, progress);
    });
    session.progress().erase();
    if (result.interval->undefined > 0) {
      session.note(host::grouped(result.interval->undefined) +
                   " bootstrap replicates drew too few different tokens for a correlation and are left out.");
    }
  }
  check_interrupt();
  return result;
}

Json rsa_json(const Rsa& result, const Inference& inference) {
  Json json;
  json["pearson"] = result.pearson;
  json["p_value"] = inference.test ? Json(inference.test->p_value) : Json(nullptr);
  json["ci95"] = inference.interval ? Json({inference.interval->low, inference.interval->high}) : Json(nullptr);
  json["null"] = nullptr;
  if (inference.test) {
    json["null"] = {{"permutations", inference.test->permutations},
                    {"reached", inference.test->reached},
                    {"mean", inference.test->mean},
                    {"sd", inference.test->sd}};
  }
  json["bootstrap"] = nullptr;
  if (inference.interval) {
    json["bootstrap"] = {{"replicates", inference.interval->replicates},
                         {"undefined", inference.interval->undefined},
                         {"sd", inference.interval->sd}};
  }
  return json;
}

std::vector<double> upper_triangle(const DenseMatrix& matrix) {
  std::vector<double> values;
  for (int64_t i = 0; i < matrix.rows; ++i) {
    for (int64_t j = i + 1; j < matrix.cols; ++j) values.push_back(matrix(i, j));
  }
  return values;
}

/// The rows' tokens with their value and their neighbours in both spaces.
Json preserved_json(PairedSpaces& spaces, const std::vector<double>& values, const std::vector<int64_t>& rows) {
  const int64_t k = std::min(kNeighbors, spaces.size() - 1);
  const auto first = neighbors_of(*spaces.first, rows, k);
  const auto second = neighbors_of(*spaces.second, rows, k);
  Json json = Json::array();
  for (size_t i = 0; i < rows.size(); ++i) {
    json.push_back({{"token", spaces.token_json(rows[i])},
                    {"r", values[static_cast<size_t>(rows[i])]},
                    {"neighbors", {spaces.neighbors_json(first[i]), spaces.neighbors_json(second[i])}}});
  }
  return json;
}

/// As arrays, of each space: the matrix of cosines and its upper triangle.
void add_local_arrays(Session& session, const std::vector<DenseMatrix>& local) {
  for (size_t k = 0; k < local.size(); ++k) {
    const DenseMatrix& matrix = local[k];
    const std::string number = std::to_string(k + 1);
    session.add_file("matrix" + number + ".npy", [&](host::OutputFile& file) { host::write_npy(file, matrix); });
    session.add_file("triangle" + number + ".npy", [&](host::OutputFile& file) {
      host::write_npy(file, std::span<const double>(upper_triangle(matrix)));
    });
  }
}

std::string scores_in_words(const RsaOptions& options, const Rsa& result, const Inference& inference,
                            const std::optional<Spearman>& by_ranks, const std::optional<Kendall>& by_order) {
  Table scores("<>");
  scores.row({"Pearson correlation of the cosines", host::fixed(result.pearson, 6)});
  if (inference.interval) {
    scores.row({"its 95 % interval, " + host::grouped(options.bootstrap) + " bootstrap replicates",
                host::fixed(inference.interval->low, 4) + " to " + host::fixed(inference.interval->high, 4)});
  }
  if (inference.test) {
    scores.row({std::string("p-value, ") + (options.two_sided ? "two-sided, " : "") +
                    host::grouped(options.permutations) + " permutations",
                host::significant(inference.test->p_value, 3)});
    scores.row({"correlation of permuted tokens, mean and sd",
                host::significant(inference.test->mean, 2) + " and " + host::significant(inference.test->sd, 3)});
  }
  if (by_ranks) {
    const bool exact = by_ranks->bins[0] == 0;
    scores.row({std::string("Spearman correlation, ") +
                    (exact ? "exact ranks" : "off by at most " + host::significant(by_ranks->bound, 2)),
                host::fixed(by_ranks->rho, 6)});
  }
  if (by_order) {
    scores.row({"Kendall's tau-a of " + host::grouped(by_order->pairs) + " pairs, and its standard error",
                host::fixed(by_order->tau_a, 4) + " and " + host::significant(by_order->standard_error, 2)});
  }
  scores.row({"linear CKA", host::fixed(result.linear_cka, 6)});
  scores.row({"linear CKA of unit rows", host::fixed(result.linear_cka_unit, 6)});
  return scores.text();
}

/// `swept` is empty or has both.
std::string cosines_in_words(const Rsa& result, const std::vector<Distribution>& swept) {
  Table cosines("<>");
  cosines.row(!swept.empty() ? std::vector<std::string>{"cosines", "mean", "sd", "min", "median", "max"}
                             : std::vector<std::string>{"cosines", "mean", "sd"});
  for (int which = 0; which < 2; ++which) {
    const PairMoments& moments = which == 0 ? result.a : result.b;
    std::vector<std::string> cells = {which == 0 ? "first" : "second", host::fixed(moments.mean),
                                      host::fixed(moments.sd)};
    if (!swept.empty()) {
      const Distribution& d = swept[static_cast<size_t>(which)];
      for (const double x : {d.extremes.min, d.median, d.extremes.max}) cells.push_back(host::fixed(x));
    }
    cosines.row(cells);
  }
  return cosines.text();
}

std::string preserved_in_words(const PairedSpaces& spaces, const std::vector<double>& values, const Ranking& ranks) {
  Table table("<><>");
  table.row({"least preserved", "r", "  most preserved", "r"});
  for (size_t i = 0; i < std::min<size_t>(5, ranks.lowest.size()); ++i) {
    const auto r = [&](int64_t row) { return host::fixed(values[static_cast<size_t>(row)], 4); };
    table.row({token_in_quotes(spaces.token(ranks.lowest[i])), r(ranks.lowest[i]),
               "  " + token_in_quotes(spaces.token(ranks.highest[i])), r(ranks.highest[i])});
  }
  return table.text();
}

void run_rsa(const RsaOptions& options) {
  if (options.permutations < 0 || options.bootstrap < 0) {
    throw InvalidUsage("--permutations and --bootstrap count replicates; 0, the default, is none");
  }
  Session session("rsa", options.common);
  PairedSpaces spaces(session, options);
  Json& settings = session.settings();
  const RankMethod method(session, options.ranks, spaces.size());
  method.record(settings);
  settings["permutations"] = options.permutations;
  settings["two_sided"] = options.two_sided;
  settings["bootstrap"] = options.bootstrap;
  const Rsa result = session.timed("rsa", [&] { return rsa(*spaces.first, *spaces.second); });
  check_interrupt();
  const std::vector<double> per_token =
      session.timed("per_token", [&] { return per_token_rsa(*spaces.first, *spaces.second); });
  check_interrupt();
  const Inference inference = infer(session, options, spaces, result);

  const auto n = static_cast<double>(result.items);
  const auto wide = static_cast<double>(std::max(spaces.first->dim(), spaces.second->dim()));
  const bool sweep = options.distributions || n * n * wide <= kCheapSweep;
  session.no_sweep();
  Json distributions = Json::array();
  std::vector<Distribution> swept;
  std::deque<RankedSpace> ranked;
  std::vector<DenseMatrix> local;
  for (const auto& [input, space] :
       {std::pair(spaces.a, spaces.first.get()), std::pair(spaces.b, spaces.second.get())}) {
    std::vector<SweepAnalysis*> analyses;
    if (method.wanted()) {
      RankedSpace& ranks = ranked.emplace_back(session, method, *space);
      if (method.exact() || input == spaces.b) analyses.push_back(&ranks.analysis());
    }
    Asked everything(Dense{});
    const bool keep = options.common.output && result.items <= kLocalItems;
    if (keep) analyses.push_back(&everything);
    std::optional<DistributionAnalysis> distribution;
    if (sweep) {
      DistributionSettings wanted;
      wanted.seed = options.common.seed;
      wanted.keep_bytes = session.plan_sweep_memory(*input, result.items);
      analyses.push_back(&distribution.emplace(*space, session.precision(), wanted));
    }
    if (!analyses.empty()) session.sweep(*space, analyses);
    if (keep) local.push_back(similarity_matrix(everything.found(), space->size()));
    if (!sweep) {
      const PairMoments& moments = input == spaces.a ? result.a : result.b;
      distributions.push_back({{"pairs", moments.pairs},
                               {"mean", moments.mean},
                               {"sd", moments.sd},
                               {"min", nullptr},
                               {"max", nullptr},
                               {"median", nullptr},
                               {"quantiles", nullptr},
                               {"histogram", nullptr}});
      continue;
    }
    swept.push_back(distribution->result());
    distributions.push_back(to_json(swept.back(), space->matrix_rows(), input->vocabulary()));
  }
  if (!sweep) session.note("Extremes and quantiles of both distributions were not asked for: --distributions.");
  for (const auto& [constant, which] :
       {std::pair(result.constant_a, "first"), std::pair(result.constant_b, "second")}) {
    if (constant)
      session.note(std::string("All cosines of the ") + which + " space are equal: a correlation is not defined.");
  }

  std::optional<Spearman> by_ranks;
  std::optional<Kendall> by_order;
  if (method.wanted()) {
    by_ranks = spearman(session, ranked[0], ranked[1]);
    if (method.kendall_pairs() > 0) {
      by_order = session.timed("kendall", [&] {
        return kendall_sample(*spaces.first, *spaces.second, method.kendall_pairs(), options.common.seed);
      });
    }
  }

  const Ranking ranks = ranking(per_token, kListed);
  Json& json = session.result();
  json["rsa"] = rsa_json(result, inference);
  json["rsa"]["spearman"] = by_ranks ? Json(by_ranks->rho) : Json(nullptr);
  json["rsa"]["ranks"] = by_ranks ? ranks_json(*by_ranks) : Json(nullptr);
  json["rsa"]["kendall"] = by_order ? to_json(*by_order) : Json(nullptr);
  json["linear_cka"] = result.linear_cka;
  json["linear_cka_unit_rows"] = result.linear_cka_unit;
  json["per_token"] = {{"least", preserved_json(spaces, per_token, ranks.lowest)},
                       {"most", preserved_json(spaces, per_token, ranks.highest)}};
  json["distributions"] = std::move(distributions);
  session.add_file("per_token.npy", [&](host::OutputFile& file) { host::write_npy(file, std::span(per_token)); });

  add_local_arrays(session, local);

  std::string text = spaces.heading();
  text += scores_in_words(options, result, inference, by_ranks, by_order) + "\n";
  text += cosines_in_words(result, swept);
  if (!ranks.lowest.empty()) text += "\n" + preserved_in_words(spaces, per_token, ranks);
  session.finish(text + spaces.lost_in_words());
}

void run_matrix(const RsaOptions& options) {
  if (options.permutations != 0 || options.bootstrap != 0 || options.distributions || options.two_sided) {
    throw InvalidUsage("--permutations, --bootstrap and --distributions compare two matrices, not more");
  }
  run_rsa_matrix(options, options.more, options.ranks);
}

}  // namespace

void add_rsa(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<RsaOptions>();
  CLI::App* command = app.add_subcommand("rsa", "Whether two spaces agree: the correlation of their cosines");
  add_pair_options(*command, *options);
  command->add_option("MORE", options->more, "Further matrices: every pair is compared over the tokens all share")
      ->type_name("");
  add_rank_options(*command, options->ranks);
  command->add_option("--permutations", options->permutations, "Test against so many relabellings of the tokens")
      ->type_name("P");
  command->add_flag("--two-sided", options->two_sided, "Count correlations as large of either sign");
  command->add_option("--bootstrap", options->bootstrap, "95 % interval from so many resamplings of the tokens")
      ->type_name("B");
  command->add_flag("--distributions", options->distributions,
                    "Extremes and quantiles of both sides, however long it takes");
  command->callback(
      [options, &chosen] { chosen = [options] { options->more.empty() ? run_rsa(*options) : run_matrix(*options); }; });
}

}  // namespace gramian::cli
