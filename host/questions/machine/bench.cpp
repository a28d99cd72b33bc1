#include "host/questions/machine/bench.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <vector>

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/neighborhoods/graph.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "engine/row_products.hpp"
#include "host/questions/machine/synthetic_rows.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 3;
constexpr int64_t kNeighbors = 10;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Most memory that this process has held at once.
int64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
  }
  return 0;
}

/// An analysis with a clock round each of its steps.
class Timed final : public SweepAnalysis {
 public:
  explicit Timed(SweepAnalysis& inner) : inner_(inner) {}
  SweepRequest needs() override {
    const auto start = Clock::now();
    SweepRequest request = inner_.needs();
    pilot += seconds_since(start);
    return request;
  }
  void take(SweepState state) override {
    const auto start = Clock::now();
    inner_.take(std::move(state));
    select += seconds_since(start);
  }
  double pilot = 0.0;
  double select = 0.0;

 private:
  SweepAnalysis& inner_;
};

Matrix synthetic_matrix(const Bench& bench, Run& run) {
  const SyntheticRows source(bench.d, bench.mean_cosine, run.seed());
  std::vector<float> values(static_cast<size_t>(checked_product(bench.n, bench.d, "rows x dimensions")));
  source.rows(0, bench.n, values.data(), run.threads(), [&run] { run.check(); });
  return make_matrix(std::move(values), bench.n, bench.d);
}

void time_stats(Run& run, Space& space, const DistributionSettings& settings, Bench::Round& round) {
  const auto start = Clock::now();
  DistributionAnalysis analysis(space, run.precision(), settings);
  Timed timed(analysis);
  SweepAnalysis* const analyses[] = {&timed};
  const SweepReport report = run.sweep(space, analyses);
  round.whole = seconds_since(start);
  round.pilot = timed.pilot;
  round.select = timed.select;
  round.sweep = report.sweep_seconds;
}

/// Neighbours and degrees, with the distribution where `settings` asks for it.
double time_near(Run& run, Space& space, const DistributionSettings* settings, int64_t k, double threshold) {
  const auto start = Clock::now();
  std::vector<SweepAnalysis*> analyses;
  std::optional<DistributionAnalysis> distribution;
  if (settings != nullptr) analyses.push_back(&distribution.emplace(space, run.precision(), *settings));
  Asked<Nearest> neighbors = nearest_neighbors(space, k);
  Asked degrees(Degrees{.threshold = threshold});
  analyses.push_back(&neighbors);
  analyses.push_back(&degrees);
  run.sweep(space, analyses);
  return seconds_since(start);
}

double time_order(Run& run, Space& space, DistributionSettings settings) {
  const auto start = Clock::now();
  settings.counted = false;
  DistributionAnalysis analysis(space, run.precision(), settings);
  SweepAnalysis* const analyses[] = {&analysis};
  run.sweep(space, analyses);
  return seconds_since(start);
}

void time_products(Run& run, Space& space, Bench::Round& round) {
  // Rows of its own: those of the space stay in the form that was swept.
  const auto rows = run.backend().prepare(space.device_rows(), space.unit(), run.precision());
  const Progress progress = run.front().stage("bare product", 0, "");
  const BareSeconds bare = run.backend().bare_triangle_seconds(*rows, progress);
  round.gemm = bare.plain;
  round.products = bare.swept;
  run.check();
}

/// The round in the middle, by a measure.
template <class Measure>
Bench::Round middle(std::vector<Bench::Round> rounds, Measure measure) {
  std::ranges::sort(rounds, {}, measure);
  return rounds[rounds.size() / 2];
}

}  // namespace

About Bench::about() {
  return {.name = "bench",
          .summary = "How fast this machine is, against its own bare matrix product",
          .keys = {{"bench", "seconds of the bare product, of sweeps and of their stages, and the machine"}},
          .examples = {{"bench", "50,257 x 768, as GPT-2's vocabulary"},
                       {"bench 10000 300 --threads 1", "smaller, on one thread"},
                       {"bench --input sample/run1.npy", "a real matrix"}}};
}

void Bench::describe(Description& description) {
  settings.describe(description);
  rows.describe(description);
  description.place("N", &n, "Rows (default 50257)").at_least(1);
  description.place("D", &d, "Dimensions (default 768)").at_least(1);
  description.option("--input", &input, "E", "Measure on this matrix instead of a synthetic one")
      .naming(Names::matrix)
      .unrecorded();
  description.option("--mean-cosine", &mean_cosine, "C", "Of the synthetic matrix").unrecorded();
  description.record("input", &recorded_input_);
  description.record("mean_cosine", &recorded_mean_);
}

Bench::Answer Bench::ask(Run& run) {
  if (n < 2) throw InvalidUsage("bench: N must be at least 2");
  Input synthetic;
  Input* measured = &synthetic;
  if (input.empty()) {
    recorded_mean_ = mean_cosine;
    run.require_memory(static_cast<double>(n) * static_cast<double>(d) * 12.0);
    synthetic.embedding.path = "synthetic";
    synthetic.embedding.matrix = run.timed("load", [&] { return synthetic_matrix(*this, run); });
  } else {
    recorded_input_ = input;
    measured = &run.open(input, rows.vocab);
  }
  choose_rows(run, *measured, rows);
  const auto space = run.make_space(*measured, rows);
  if (space->size() < 2) throw InvalidUsage("bench: one row has no pair to measure with");
  DistributionSettings wanted;
  wanted.seed = run.seed();
  wanted.keep_bytes = run.plan_sweep_memory(*measured, space->size(), smaller_gram_bytes(space->size(), space->dim()));

  Answer answer;
  answer.rows = space->size();
  answer.dim = space->dim();
  answer.matrix_bytes = measured->view().rows * answer.dim * element_size(measured->view().type);
  answer.k = std::min(kNeighbors, space->size() - 1);
  answer.precision = run.precision();
  const auto start = Clock::now();
  space->unit_rows(run.precision());
  answer.prepare = seconds_since(start);
  run.add_time("prepare", answer.prepare);
  for (int k = 0; k < kRounds; ++k) {
    Round& round = answer.rounds.emplace_back();
    time_stats(run, *space, wanted, round);
    if (k == 0) {
      // The next steps make copies of the matrix, which are not the sweep's doing.
      answer.peak_memory = peak_memory();
      const auto moments_start = Clock::now();
      const PairMoments of_pairs = pair_moments(*space);
      answer.moments = seconds_since(moments_start);
      answer.threshold = of_pairs.mean + of_pairs.sd;
    }
    round.all = time_near(run, *space, &wanted, answer.k, answer.threshold);
    round.order = time_order(run, *space, wanted);
    round.near = time_near(run, *space, nullptr, answer.k, answer.threshold);
    time_products(run, *space, round);
  }
  answer.device = run.backend().info();
  return answer;
}

Bench::Round Bench::Answer::median() const {
  return middle(rounds, [](const Round& round) { return round.fraction(); });
}

Bench::Round Bench::Answer::median_of_all() const {
  return middle(rounds, [](const Round& round) { return round.fraction_of_all(); });
}

Bench::Round Bench::Answer::median_of_order() const {
  return middle(rounds, [](const Round& round) { return round.fraction_of_order(); });
}

Bench::Round Bench::Answer::median_of_near() const {
  return middle(rounds, [](const Round& round) { return round.fraction_of_near(); });
}

std::vector<std::pair<std::string, double>> Bench::Answer::stages() const {
  const Round m = median();
  return {{"prepare", prepare},
          {"pilot", m.pilot},
          {"sweep", m.sweep},
          {"select", m.select},
          {"accuracy", std::max(0.0, m.whole - m.pilot - m.sweep - m.select)},
          {"moments", moments}};
}

Json to_json(const Bench::Answer& answer) {
  const Bench::Round median = answer.median();
  const Bench::Round of_all = answer.median_of_all();
  const DeviceInfo& info = answer.device;
  Json json;
  Json& bench = json["bench"];
  bench["machine"] = info.hardware + "; " + info.detail + "; " + std::to_string(info.threads) + " threads";
  bench["n"] = answer.rows;
  bench["dim"] = answer.dim;
  bench["precision"] = precision_name(answer.precision);
  bench["gemm_seconds"] = median.gemm;
  bench["product_seconds"] = median.products;
  bench["sweep_seconds"] = median.whole;
  bench["fraction_of_gemm"] = median.fraction();
  for (const auto& [stage, seconds] : answer.stages()) bench["stages"][stage] = seconds;
  bench["peak_memory"] = answer.peak_memory;
  bench["matrix_bytes"] = answer.matrix_bytes;
  bench["all"] = {{"k", answer.k},
                  {"threshold", answer.threshold},
                  {"gemm_seconds", of_all.gemm},
                  {"sweep_seconds", of_all.all},
                  {"fraction_of_gemm", of_all.fraction_of_all()}};
  const Bench::Round of_order = answer.median_of_order();
  bench["order"] = {{"gemm_seconds", of_order.gemm},
                    {"sweep_seconds", of_order.order},
                    {"fraction_of_gemm", of_order.fraction_of_order()}};
  const Bench::Round of_near = answer.median_of_near();
  bench["near"] = {{"gemm_seconds", of_near.gemm},
                   {"sweep_seconds", of_near.near},
                   {"fraction_of_gemm", of_near.fraction_of_near()}};
  Json& rounds = bench["rounds"] = Json::array();
  for (const Bench::Round& round : answer.rounds) {
    rounds.push_back({{"gemm_seconds", round.gemm},
                      {"product_seconds", round.products},
                      {"sweep_seconds", round.whole},
                      {"fraction_of_gemm", round.fraction()},
                      {"all_seconds", round.all},
                      {"order_seconds", round.order},
                      {"near_seconds", round.near}});
  }
  return json;
}

std::string table(const Bench::Answer& answer) {
  const DeviceInfo& info = answer.device;
  const Bench::Round median = answer.median();
  const double operations = 2.0 * pair_count(answer.rows) * static_cast<double>(answer.dim);
  std::string text = info.hardware + "\n" + info.detail + ", " + std::to_string(info.threads) + " threads\n";
  text += host::grouped(answer.rows) + " x " + host::grouped(answer.dim) + ", " +
          std::string(precision_name(answer.precision)) +
          " precision: " + host::grouped(static_cast<int64_t>(pair_count(answer.rows))) + " cosines\n\n";
  const auto percent = [](double fraction) { return host::fixed(100.0 * fraction, 1) + " %"; };
  const auto rate = [operations](double seconds) { return host::fixed(operations / seconds * 1e-9, 0); };
  Table rows("<>>>");
  rows.row({"median of three", "seconds", "bare product", "bare / sweep"});
  const auto row = [&](const std::string& name, double seconds, const Bench::Round& round) {
    rows.row({name, host::fixed(seconds, 3), host::fixed(round.gemm, 3), percent(round.gemm / seconds)});
  };
  const Bench::Round of_all = answer.median_of_all();
  const Bench::Round of_order = answer.median_of_order();
  const Bench::Round of_near = answer.median_of_near();
  row("stats", median.whole, median);
  row("stats, neighbours, degrees", of_all.all, of_all);
  row("quantiles, extremes", of_order.order, of_order);
  row("neighbours, degrees", of_near.near, of_near);
  text += rows.text() + "\n  bare product: " + rate(median.gemm) + " GFLOP/s";
  if (median.products != median.gemm) text += "; as it is swept: " + rate(median.products);
  text += "\n\n";
  Table stages("<>");
  for (const auto& [name, seconds] : answer.stages()) stages.row({name, host::fixed(seconds, 3) + " s"});
  stages.row({"matrix", host::bytes_in_words(static_cast<double>(answer.matrix_bytes))});
  stages.row({"peak memory", host::bytes_in_words(static_cast<double>(answer.peak_memory))});
  return text + stages.text() + "\n  neighbours: the " + std::to_string(answer.k) +
         " nearest of every row; degrees at " + host::fixed(answer.threshold, 3) + " (mean + 1 sd)\n";
}

}  // namespace gramian::questions
