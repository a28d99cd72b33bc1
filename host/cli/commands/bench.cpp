#include <algorithm>
#include <array>
#include <fstream>
#include <memory>

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/neighborhoods/graph.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "engine/narrow.hpp"
#include "host/cli/command.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/synthetic_rows.hpp"
#include "host/cli/run/table.hpp"
#include "host/report/wording.hpp"

namespace gramian::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 3;
constexpr int64_t kNeighbors = 10;

struct BenchOptions {
  CommonOptions common;
  int64_t n = 50257;
  int64_t d = 768;
  std::string input;
  double mean_cosine = 0.3;
};

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

struct Round {
  double gemm = 0.0;
  double whole = 0.0;  // everything that stats needs of a sweep, the pilot included
  double pilot = 0.0;
  double sweep = 0.0;
  double select = 0.0;
  double all = 0.0;  // the same with neighbours and degrees in the same sweep
  double fraction() const { return gemm / whole; }
  double fraction_of_all() const { return gemm / all; }
};

Matrix synthetic_matrix(const BenchOptions& options, int threads) {
  const SyntheticRows source(options.d, options.mean_cosine, options.common.seed);
  std::vector<float> values(static_cast<size_t>(checked_product(options.n, options.d, "rows x dimensions")));
  source.rows(0, options.n, values.data(), threads);
  return make_matrix(std::move(values), options.n, options.d);
}

DistributionSettings settings_of(const BenchOptions& options, int64_t keep_bytes) {
  DistributionSettings settings;
  settings.seed = options.common.seed;
  settings.keep_bytes = keep_bytes;
  return settings;
}

void time_stats(Session& session, Space& space, const DistributionSettings& settings, Round& round) {
  const auto start = Clock::now();
  DistributionAnalysis analysis(space, session.precision(), settings);
  Timed timed(analysis);
  SweepAnalysis* const analyses[] = {&timed};
  const SweepReport report = session.sweep(space, analyses);
  round.whole = seconds_since(start);
  round.pilot = timed.pilot;
  round.select = timed.select;
  round.sweep = report.sweep_seconds;
}

void time_everything(Session& session, Space& space, const DistributionSettings& settings, int64_t k, double threshold,
                     Round& round) {
  const auto start = Clock::now();
  DistributionAnalysis distribution(space, session.precision(), settings);
  Asked<Nearest> neighbors = nearest_neighbors(space, k);
  Asked degrees(Degrees{.threshold = threshold});
  SweepAnalysis* const analyses[] = {&distribution, &neighbors, &degrees};
  session.sweep(space, analyses);
  round.all = seconds_since(start);
}

void time_products(Session& session, Space& space, Round& round) {
  const UnitRows& rows = space.unit_rows(session.precision());
  const Progress progress = session.progress().stage("bare product", 0, "");
  round.gemm = session.backend().bare_triangle_seconds(rows, progress);
  check_interrupt();
}

void run_bench(const BenchOptions& options) {
  if (options.n < 2) throw InvalidUsage("bench: N must be at least 2");
  Session session("bench", options.common);
  Input synthetic;
  Input* input = &synthetic;
  if (options.input.empty()) {
    session.require_memory(static_cast<double>(options.n) * static_cast<double>(options.d) * 12.0);
    synthetic.embedding.path = "synthetic";
    synthetic.embedding.matrix = session.timed("load", [&] { return synthetic_matrix(options, session.threads()); });
  } else {
    input = &session.open(options.input, options.common.vocab);
  }
  session.choose_rows(*input);
  session.settings()["input"] = options.input.empty() ? Json(nullptr) : Json(host::valid_utf8(options.input));
  session.settings()["mean_cosine"] = options.input.empty() ? Json(options.mean_cosine) : Json(nullptr);
  const auto space = session.make_space(*input);
  if (space->size() < 2) throw InvalidUsage("bench: one row has no pair to measure with");
  const int64_t keep_bytes = session.plan_sweep_memory(*input, space->size());

  const auto start = Clock::now();
  space->unit_rows(session.precision());
  const double prepare = seconds_since(start);
  session.add_time("prepare", prepare);
  const DistributionSettings settings = settings_of(options, keep_bytes);
  const int64_t k = std::min(kNeighbors, space->size() - 1);
  int64_t peak = 0;
  double moments = 0.0;
  double threshold = 0.0;
  std::array<Round, kRounds> rounds;
  for (Round& round : rounds) {
    time_stats(session, *space, settings, round);
    if (peak == 0) {
      // What follows makes copies of the matrix, which are not the sweep's doing.
      peak = peak_memory();
      const auto moments_start = Clock::now();
      const PairMoments of_pairs = pair_moments(*space);
      moments = seconds_since(moments_start);
      threshold = of_pairs.mean + of_pairs.sd;
    }
    time_everything(session, *space, settings, k, threshold, round);
    time_products(session, *space, round);
  }

  Json each = Json::array();
  for (const Round& round : rounds) {
    each.push_back({{"gemm_seconds", round.gemm},
                    {"sweep_seconds", round.whole},
                    {"fraction_of_gemm", round.fraction()},
                    {"all_seconds", round.all}});
  }
  std::ranges::sort(rounds, {}, &Round::fraction_of_all);
  const Round median_of_all = rounds[kRounds / 2];
  std::ranges::sort(rounds, {}, &Round::fraction);
  const Round& median = rounds[kRounds / 2];
  const DeviceInfo info = session.backend().info();
  const int64_t n = space->size();
  const int64_t d = space->dim();
  const int64_t matrix_bytes = input->view().rows * d * element_size(input->view().type);
  Json& bench = session.result()["bench"];
  bench["machine"] = info.hardware + "; " + info.detail + "; " + std::to_string(info.threads) + " threads";
  bench["n"] = n;
  bench["dim"] = d;
  bench["precision"] = precision_name(session.precision());
  bench["gemm_seconds"] = median.gemm;
  bench["sweep_seconds"] = median.whole;
  bench["fraction_of_gemm"] = median.fraction();
  bench["stages"] = {{"prepare", prepare},
                     {"pilot", median.pilot},
                     {"sweep", median.sweep},
                     {"select", median.select},
                     {"accuracy", std::max(0.0, median.whole - median.pilot - median.sweep - median.select)},
                     {"moments", moments}};
  bench["peak_memory"] = peak;
  bench["matrix_bytes"] = matrix_bytes;
  bench["all"] = {{"k", k},
                  {"threshold", threshold},
                  {"gemm_seconds", median_of_all.gemm},
                  {"sweep_seconds", median_of_all.all},
                  {"fraction_of_gemm", median_of_all.fraction_of_all()}};
  bench["rounds"] = std::move(each);

  const double operations = 2.0 * pair_count(n) * static_cast<double>(d);
  std::string text = info.hardware + "\n" + info.detail + ", " + std::to_string(info.threads) + " threads\n";
  text += host::grouped(n) + " x " + host::grouped(d) + ", " + std::string(precision_name(session.precision())) +
          " precision: " + host::grouped(static_cast<int64_t>(pair_count(n))) + " cosines\n\n";
  const auto percent = [](double fraction) { return host::fixed(100.0 * fraction, 1) + " %"; };
  const auto rate = [operations](double seconds) { return host::fixed(operations / seconds * 1e-9, 0); };
  Table table("<>>>>>");
  table.row({"seconds", "bare product", "sweep of stats", "bare / sweep", "with all", "bare / all"});
  for (const Round& round : rounds) {
    table.row({&round == &median ? "median" : "", host::fixed(round.gemm, 3), host::fixed(round.whole, 3),
               percent(round.fraction()), host::fixed(round.all, 3), percent(round.fraction_of_all())});
  }
  table.row({"GFLOP/s", rate(median.gemm), rate(median.whole), "", rate(median.all), ""});
  text += table.text() + "\n";
  Table stages("<>");
  for (const auto& [name, seconds] : bench["stages"].items()) {
    stages.row({name, host::fixed(seconds.get<double>(), 3) + " s"});
  }
  stages.row({"matrix", host::bytes_in_words(static_cast<double>(matrix_bytes))});
  stages.row({"peak memory", host::bytes_in_words(static_cast<double>(peak))});
  text += stages.text() + "\n  all: also the " + std::to_string(k) +
          " nearest neighbours of every row, and degrees at " + host::fixed(threshold, 3) +
          " (mean + 1 sd), in the same sweep\n";
  session.finish(text);
}

}  // namespace

void add_bench(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command = app.add_subcommand("bench", "How fast this machine is, against its own bare matrix product");
  command->add_option("N", options->n, "Rows (default 50257)")->type_name("")->check(at_least(1));
  command->add_option("D", options->d, "Dimensions (default 768)")->type_name("")->check(at_least(1));
  command->add_option("--input", options->input, "Measure on this matrix instead of a synthetic one")->type_name("E");
  command->add_option("--mean-cosine", options->mean_cosine, "Of the synthetic matrix (default 0.3)")->type_name("C");
  add_common_options(*command, options->common, Inputs::one);
  command->callback([options, &chosen] { chosen = [options] { run_bench(*options); }; });
}

}  // namespace gramian::cli
