#include <cmath>
#include <memory>

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/distribution/isotropy.hpp"
#include "host/cli/command.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/table.hpp"
#include "host/report/wording.hpp"

namespace gramian::cli {
namespace {

struct StatsOptions {
  CommonOptions common;
  std::string input;
  std::string quantiles = "0.01,0.05,0.25,0.5,0.75,0.95,0.99";
  std::string range = "-1,1";
  int64_t bins = 2048;
};

DistributionSettings settings_of(const StatsOptions& options) {
  DistributionSettings settings;
  settings.quantiles = parse_numbers(options.quantiles, "--quantiles");
  const std::vector<double> range = parse_numbers(options.range, "--range");
  if (range.size() != 2) throw InvalidUsage("--range " + options.range + ": must be two numbers, LO,HI");
  settings.histogram = {range[0], range[1], options.bins};
  settings.seed = options.common.seed;
  return settings;
}

std::string table_of(const Input& input, const Distribution& d, const Isotropy& iso, int64_t rows, double random_sd) {
  using host::fixed;
  const int64_t dim = input.view().cols;
  std::string text = Session::describe(input) + "\n";
  text += host::grouped(d.moments.pairs) + " cosines among " + host::grouped(rows) + (rows == 1 ? " row" : " rows") +
          "\n\n";
  Table head("<>><");
  head.row({"", "all pairs", "random vectors"});
  head.row({"mean", fixed(d.moments.mean), fixed(0.0)});
  head.row({"sd", fixed(d.moments.sd), fixed(random_sd)});
  head.row({"median", fixed(d.median), fixed(0.0)});
  const auto pair = [&](const Pair& at) -> std::string {
    if (d.moments.pairs == 0) return "";
    const auto one = [&](int64_t row) {
      const Vocabulary* vocabulary = input.vocabulary();
      return vocabulary != nullptr && vocabulary->named(row) ? token_in_quotes((*vocabulary)[row])
                                                             : "row " + std::to_string(row);
    };
    return one(at.i) + " and " + one(at.j);
  };
  head.row({"min", fixed(d.extremes.min), "", pair(d.extremes.min_at)});
  head.row({"max", fixed(d.extremes.max), "", pair(d.extremes.max_at)});
  text += head.text() + "\n";
  constexpr size_t kAcross = 8;
  for (size_t first = 0; first < d.quantiles.size() && first < 5 * kAcross; first += kAcross) {
    Table quantiles("<>");
    std::vector<std::string> names = {"quantile"};
    std::vector<std::string> values = {"cosine"};
    for (size_t k = first; k < std::min(d.quantiles.size(), first + kAcross); ++k) {
      names.push_back(host::shortest(d.quantiles[k].q));
      values.push_back(fixed(d.quantiles[k].value));
    }
    quantiles.row(names);
    quantiles.row(values);
    text += quantiles.text();
  }
  const std::string blocks = block_histogram(d.histogram_spec, d.histogram.counts, d.extremes.min, d.extremes.max);
  if (!blocks.empty()) text += "\n" + blocks;
  Table shape("<><");
  shape.row({"length of the mean unit row", fixed(iso.mean_vector_norm)});
  shape.row({"participation ratio", fixed(iso.participation_ratio, 1), "of " + host::grouped(dim) + " dimensions"});
  return text + "\n" + shape.text();
}

void run_stats(const StatsOptions& options) {
  DistributionSettings settings = settings_of(options);
  Session session("stats", options.common);
  Input& input = session.open(options.input, options.common.vocab, Session::Reads::limited);
  session.choose_rows(input);
  session.settings()["quantiles"] = settings.quantiles;
  settings.keep_bytes = session.plan_sweep_memory(input, std::ssize(input.rows));
  const auto space = session.make_space(input);

  DistributionAnalysis analysis(*space, session.precision(), settings);
  SweepAnalysis* const analyses[] = {&analysis};
  session.sweep(*space, analyses);
  const Distribution distribution = session.timed("moments", [&] { return analysis.result(); });
  const Isotropy iso = session.timed("isotropy", [&] { return isotropy(*space); });
  if (distribution.moments.pairs == 0) session.note("One row has no pair: there is no cosine to describe.");
  // A translation of row numbers: extremes name rows of the space.
  Distribution named = distribution;
  for (Pair* at : {&named.extremes.min_at, &named.extremes.max_at}) {
    *at = {space->matrix_row(at->i), space->matrix_row(at->j)};
  }

  const double random_sd = 1.0 / std::sqrt(static_cast<double>(space->dim()));
  Json& result = session.result();
  result["distribution"] = to_json(distribution, space->matrix_rows(), input.vocabulary());
  result["random_baseline"] = {{"mean", 0.0}, {"sd", random_sd}};
  result["isotropy"] = {{"mean_cosine", distribution.moments.mean},
                        {"mean_vector_norm", iso.mean_vector_norm},
                        {"participation_ratio", iso.participation_ratio}};
  session.finish(table_of(input, named, iso, space->size(), random_sd));
}

}  // namespace

void add_stats(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<StatsOptions>();
  CLI::App* command = app.add_subcommand("stats", "The distribution of all cosines");
  add_matrix(*command, options->input, "E");
  command->add_option("--quantiles", options->quantiles, "Quantiles, e.g. 0.05,0.5")->type_name("Q,...");
  command->add_option("--bins", options->bins, "Bins of the histogram (default 2048)")->type_name("N");
  command->add_option("--range", options->range, "Range of the histogram (default -1,1)")->type_name("LO,HI");
  add_common_options(*command, options->common, Inputs::one);
  command->callback([options, &chosen] { chosen = [options] { run_stats(*options); }; });
}

}  // namespace gramian::cli
