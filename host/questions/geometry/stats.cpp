#include "host/questions/geometry/stats.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "engine/row_products.hpp"
#include "host/formats/matching.hpp"
#include "host/questions/geometry/cosine_curve.hpp"
#include "host/questions/geometry/distribution_json.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

/// (Σλ)²/Σλ² of the eigenvalues λ of all cosines: n² over the sum of their squares, the diagonal included.
double uncentered_participation(const Stats::One& one) {
  const auto n = static_cast<double>(one.rows.size());
  const PairMoments& moments = one.distribution.moments;
  if (moments.pairs == 0) return 1.0;
  const double mean_square = moments.sd * moments.sd + moments.mean * moments.mean;
  return n / (1.0 + (n - 1.0) * mean_square);
}

}  // namespace

About Stats::about() {
  return {
      .name = "stats",
      .summary = "The distribution of all cosines",
      .keys = {{"distribution", "pairs, mean, sd, extremes, exact quantiles and a histogram of all cosines"},
               {"random_baseline", "mean and sd of cosines of random vectors of the same dimension"},
               {"isotropy", "how far from isotropic the space is"},
               {"each", "of several matrices: path, tensor, rows_used and the keys above, instead of them"}},
      .definitions = {{"mean, sd, median",
                       "of the cosines of all pairs i < j; sd with ddof 0; quantiles exact, linear between neighbours"},
                      {"random vectors", "mean 0 and sd 1/√d"},
                      {"mean unit row", "‖Σ x̂ᵢ/n‖: 0 without a common direction, 1 where all rows point one way"},
                      {"participation ratio",
                       "(Σλ)²/Σλ² of the eigenvalues λ of Σ x̂ᵢx̂ᵢᵀ; centred: after subtracting the mean unit row"}},
      .files = {{"histogram.svg", "the distribution against that of random vectors"}},
      .examples = {{"stats sample/run1.npy", "every pair of rows"},
                   {"stats sample/run1.npy sample/run2.npy", "a row each"},
                   {"stats sample/run1.npy --center --quantiles 0.5,0.999", "after subtracting the mean row"}}};
}

void Stats::describe(Description& d) {
  settings.describe(d);
  rows.describe(d);
  d.input("E", matrix);
  d.place("MORE", &more, "Further matrices: a row of the table each").naming(Names::matrix);
  pictures.describe(d);
  d.option("--quantiles", &quantiles, "Q,...", "Quantiles, each from 0 to 1");
  d.option("--bins", &bins, "N", "Bins of the histogram");
  d.option("--range", &range, "LO,HI", "Range of the histogram");
}

Stats::Answer Stats::ask(Run& run) {
  pictures.check();
  if (range.size() != 2) {
    std::string typed;
    for (const double end : range) typed += (typed.empty() ? "" : ",") + host::shortest(end);
    throw InvalidUsage("--range " + typed + ": must be two numbers, LO,HI");
  }
  DistributionSettings wanted;
  wanted.quantiles = quantiles;
  wanted.histogram = {range[0], range[1], bins};
  wanted.seed = run.seed();
  Answer answer{.each = {}, .pictures = pictures};
  more.insert(more.begin(), matrix);
  std::vector<std::string> paths;
  for (const std::string& path : more) std::ranges::copy(host::matching_inputs(path), std::back_inserter(paths));
  several_ = paths.size() > 1;
  for (const std::string& path : paths) answer.each.push_back(describe_one(run, path, wanted));
  return answer;
}

Stats::One Stats::describe_one(Run& run, const std::string& path, const DistributionSettings& wanted) {
  Input& input = run.open(path, rows.vocab, rows.most());
  RowOptions of_this = rows;
  choose_rows(run, input, of_this);
  rows.preprocessing = of_this.preprocessing;
  if (!several_) rows.tokens = of_this.tokens;
  DistributionSettings own = wanted;
  own.keep_bytes = run.plan_sweep_memory(input, std::ssize(input.rows),
                                         smaller_gram_bytes(std::ssize(input.rows), input.view().cols));
  const auto space = run.make_space(input, of_this);

  DistributionAnalysis analysis(*space, run.precision(), own);
  SweepAnalysis* const analyses[] = {&analysis};
  run.sweep(*space, analyses);
  One one{.input = &input, .rows = space->matrix_rows(), .distribution = {}, .isotropy = {}};
  one.distribution = run.timed("moments", [&] { return analysis.result(); });
  one.isotropy = run.timed("isotropy", [&] { return isotropy(*space); });
  one.random_sd = 1.0 / std::sqrt(static_cast<double>(space->dim()));
  run.note_narrow(one.distribution.moments.sd);
  if (one.distribution.moments.pairs == 0) run.note("One row has no pair: there is no cosine to describe.");
  return one;
}

namespace {

Json one_json(const Stats::One& one) {
  Json json;
  json["distribution"] = to_json(one.distribution, one.rows, one.input->vocabulary());
  json["random_baseline"] = {{"mean", 0.0}, {"sd", one.random_sd}};
  json["isotropy"] = {{"mean_cosine", one.distribution.moments.mean},
                      {"mean_vector_norm", one.isotropy.mean_vector_norm},
                      {"participation_ratio_centered", one.isotropy.participation_ratio},
                      {"participation_ratio_uncentered", uncentered_participation(one)}};
  return json;
}

std::string table_of_many(const std::vector<Stats::One>& each) {
  Table rows("<>");
  rows.row({"", "rows", "dim", "mean", "sd", "min", "median", "max", "mean row", "participation, centred"});
  for (const Stats::One& one : each) {
    const Distribution& d = one.distribution;
    rows.row({shortened(name_in_table(*one.input), 30), host::grouped(std::ssize(one.rows)),
              host::grouped(one.input->view().cols), host::fixed(d.moments.mean), host::fixed(d.moments.sd),
              host::fixed(d.extremes.min), host::fixed(d.median), host::fixed(d.extremes.max),
              host::fixed(one.isotropy.mean_vector_norm), host::fixed(one.isotropy.participation_ratio, 1)});
  }
  return rows.text();
}

std::string table_of_one(const Stats::One& answer) {
  using host::fixed;
  const Distribution& d = answer.distribution;
  const int64_t count = std::ssize(answer.rows);
  std::string text = describe(*answer.input) + "\n";
  text += host::grouped(d.moments.pairs) + " cosines among " + host::grouped(count) + (count == 1 ? " row" : " rows") +
          "\n\n";
  const auto pair = [&](const Pair& at) -> std::string {
    if (d.moments.pairs == 0) return "";
    const auto name = [&](int64_t i) { return name_of(*answer.input, answer.rows[static_cast<size_t>(i)]); };
    return name(at.i) + " and " + name(at.j);
  };
  Table head("<>><");
  head.row({"", "all pairs", "random vectors"});
  head.row({"mean", fixed(d.moments.mean), fixed(0.0)});
  head.row({"sd", fixed(d.moments.sd), fixed(answer.random_sd)});
  head.row({"median", fixed(d.median), fixed(0.0)});
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
  shape.row({"length of the mean unit row", fixed(answer.isotropy.mean_vector_norm)});
  const std::string of = "of " + host::grouped(answer.input->view().cols) + " dimensions";
  shape.row({"participation ratio, centred", fixed(answer.isotropy.participation_ratio, 1), of});
  shape.row({"participation ratio, not centred", fixed(uncentered_participation(answer), 1), of});
  return text + "\n" + shape.text();
}

std::string histogram_svg(const Stats::Answer& answer, const host::Theme& theme) {
  const Stats::One& first = answer.each.front();
  const bool one = answer.each.size() == 1;
  double lo = -3.5 * first.random_sd;
  double hi = 3.5 * first.random_sd;
  host::Chart chart{.title = "Cosines of all pairs", .x = {}, .y = {}, .curves = {}};
  for (size_t k = 0; k < answer.each.size(); ++k) {
    const Distribution& d = answer.each[k].distribution;
    if (d.moments.pairs == 0) continue;
    lo = std::min(lo, d.extremes.min);
    hi = std::max(hi, d.extremes.max);
    chart.curves.push_back(named(cosine_curve(d), one ? "all pairs" : name_in_table(*answer.each[k].input),
                                 one ? theme.first : host::community_color(static_cast<int64_t>(k)),
                                 one ? host::Look::filled : host::Look::line));
  }
  chart.curves.push_back(named(host::normal_density(0.0, first.random_sd, lo, hi),
                               "random vectors of " + host::grouped(first.input->view().cols) + " dimensions",
                               one ? theme.second : theme.faint_ink, host::Look::dashed));
  chart.x = {lo, hi, false, "cosine"};
  chart.y = {0.0, 1.05 * highest(chart.curves), false, "density"};
  const Distribution& d = first.distribution;
  const std::string line = one ? host::grouped(d.moments.pairs) + " cosines among " +
                                     host::grouped(std::ssize(first.rows)) + " rows; mean " +
                                     host::fixed(d.moments.mean) + ", sd " + host::fixed(d.moments.sd) + ", median " +
                                     host::fixed(d.median)
                               : host::grouped(std::ssize(answer.each)) + " matrices";
  return host::charts_svg(
      {answer.pictures.title_or(one ? picture_title(*first.input) : "Distributions of cosines"), line},
      std::span(&chart, 1), theme);
}

}  // namespace

Json to_json(const Stats::Answer& answer) {
  if (answer.each.size() == 1) return one_json(answer.each.front());
  Json json;
  Json& each = json["each"] = Json::array();
  for (const Stats::One& one : answer.each) {
    Json entry = path_and_tensor(*one.input);
    entry["rows_used"] = std::ssize(one.rows);
    entry.update(one_json(one));
    each.push_back(std::move(entry));
  }
  return json;
}

std::string table(const Stats::Answer& answer) {
  return answer.each.size() == 1 ? table_of_one(answer.each.front()) : table_of_many(answer.each);
}

void add_files(const Stats::Answer& answer, Files& files) {
  const bool any =
      std::ranges::any_of(answer.each, [](const Stats::One& one) { return one.distribution.moments.pairs > 0; });
  if (!any) return;
  answer.pictures.add(files, "histogram", [&answer](const host::Theme& theme) { return histogram_svg(answer, theme); });
}

}  // namespace gramian::questions
