#include "host/questions/geometry/stats.hpp"

#include <algorithm>
#include <cmath>

#include "host/questions/geometry/distribution_json.hpp"
#include "host/questions/run/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {

About Stats::about() {
  return {.name = "stats",
          .summary = "The distribution of all cosines",
          .keys = {{"distribution", "pairs, mean, sd, extremes, exact quantiles and a histogram of all cosines"},
                   {"random_baseline", "mean and sd of cosines of random vectors of the same dimension"},
                   {"isotropy", "how far from isotropic the space is"}},
          .files = {},
          .examples = {{"stats sample/run1.npy", "every pair of rows"},
                       {"stats sample/run1.npy --center --quantiles 0.5,0.999", "after subtracting the mean row"}}};
}

void Stats::describe(Description& d) {
  settings.describe(d);
  rows.describe(d);
  d.input("E", matrix);
  d.option("--quantiles", &quantiles, "Q,...", "Quantiles, each from 0 to 1");
  d.option("--bins", &bins, "N", "Bins of the histogram");
  d.option("--range", &range, "LO,HI", "Range of the histogram");
}

Stats::Answer Stats::ask(Run& run) {
  if (range.size() != 2) {
    std::string typed;
    for (const double end : range) typed += (typed.empty() ? "" : ",") + host::shortest(end);
    throw InvalidUsage("--range " + typed + ": must be two numbers, LO,HI");
  }
  DistributionSettings wanted;
  wanted.quantiles = quantiles;
  wanted.histogram = {range[0], range[1], bins};
  wanted.seed = run.seed();
  Input& input = run.open(matrix, rows.vocab, rows.most());
  choose_rows(run, input, rows);
  wanted.keep_bytes = run.plan_sweep_memory(input, std::ssize(input.rows));
  const auto space = run.make_space(input, rows);

  DistributionAnalysis analysis(*space, run.precision(), wanted);
  SweepAnalysis* const analyses[] = {&analysis};
  run.sweep(*space, analyses);
  Answer answer{.input = &input, .rows = space->matrix_rows(), .distribution = {}, .isotropy = {}};
  answer.distribution = run.timed("moments", [&] { return analysis.result(); });
  answer.isotropy = run.timed("isotropy", [&] { return isotropy(*space); });
  answer.random_sd = 1.0 / std::sqrt(static_cast<double>(space->dim()));
  run.note_narrow(answer.distribution.moments.sd, answer.distribution.moments.pairs);
  if (answer.distribution.moments.pairs == 0) run.note("One row has no pair: there is no cosine to describe.");
  return answer;
}

Json to_json(const Stats::Answer& answer) {
  Json json;
  json["distribution"] = to_json(answer.distribution, answer.rows, answer.input->vocabulary());
  json["random_baseline"] = {{"mean", 0.0}, {"sd", answer.random_sd}};
  json["isotropy"] = {{"mean_cosine", answer.distribution.moments.mean},
                      {"mean_vector_norm", answer.isotropy.mean_vector_norm},
                      {"participation_ratio", answer.isotropy.participation_ratio}};
  return json;
}

std::string table(const Stats::Answer& answer) {
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
  shape.row({"participation ratio", fixed(answer.isotropy.participation_ratio, 1),
             "of " + host::grouped(answer.input->view().cols) + " dimensions"});
  return text + "\n" + shape.text();
}

}  // namespace gramian::questions
