#include "engine/analyses/plan.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <sstream>

#include "engine/error.hpp"
#include "engine/sweep/sample_pairs.hpp"

namespace gramian {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// `limit`: no error may be larger.
void note_errors(const std::vector<double>& swept, const std::vector<double>& exact, const std::vector<Pair>& sample,
                 double limit, Accuracy& accuracy) {
  double sum = 0.0;
  size_t worst = 0;
  for (size_t k = 0; k < exact.size(); ++k) {
    const double error = std::abs(swept[k] - exact[k]);
    if (!(error <= accuracy.max_abs_error)) {
      accuracy.max_abs_error = error;
      worst = k;
      if (std::isnan(error)) break;
    }
    sum += error * error;
  }
  if (!exact.empty() && !(accuracy.max_abs_error <= limit)) {
    throw BrokenPromise(sample[worst], accuracy.max_abs_error, limit);
  }
  accuracy.pairs = std::ssize(exact);
  if (!exact.empty()) accuracy.rms_error = std::sqrt(sum / static_cast<double>(exact.size()));
}

/// Functions that the planner calls, whatever is swept.
struct Swept {
  /// Before each sweep, what will be asked of it.
  std::function<void(const SweepRequest&)> prepare;
  std::function<SweepState(const SweepRequest&)> sweep;
  std::vector<Pair> sample;
  std::function<std::vector<double>()> exact;  // cosines of `sample`
  std::function<double()> limit;               // of their errors
  std::function<void()> noted;                 // after the sample's errors were
};

/// Takes what is found of `count` reductions from place `begin` on.
SweepState part_of(SweepState& state, size_t begin, size_t count) {
  SweepState part;
  part.pairs = state.pairs;
  const auto first = state.found.begin() + static_cast<std::ptrdiff_t>(begin);
  part.found.assign(std::make_move_iterator(first),
                    std::make_move_iterator(first + static_cast<std::ptrdiff_t>(count)));
  return part;
}

void run(const Swept& swept, std::span<SweepAnalysis* const> analyses, SweepReport& report) {
  while (true) {
    SweepRequest request;
    std::vector<size_t> wanted;  // reductions, an analysis
    for (SweepAnalysis* analysis : analyses) {
      const SweepRequest needs = analysis->needs();
      wanted.push_back(needs.size());
      request.insert(request.end(), needs.begin(), needs.end());
    }
    if (request.empty()) return;
    swept.prepare(request);
    const bool first = report.sweeps == 0;
    if (first) request.emplace_back(Probes{swept.sample});

    const auto start = Clock::now();
    SweepState state = swept.sweep(request);
    report.sweep_seconds += seconds_since(start);
    ++report.sweeps;

    if (first) {
      const std::vector<double>& cosines = state.of<Probes>(request.size() - 1).cosines;
      note_errors(cosines, swept.exact(), swept.sample, swept.limit(), report.accuracy);
      swept.noted();
    }
    size_t place = 0;
    for (size_t a = 0; a < analyses.size(); ++a) {
      if (wanted[a] > 0) analyses[a]->take(part_of(state, place, wanted[a]));
      place += wanted[a];
    }
  }
}

std::string in_words(Pair pair, double error, double limit) {
  std::ostringstream message;
  message << "the cosine of rows " << pair.i << " and " << pair.j << " is off by " << error
          << ", more than is possible (" << limit << "): this machine or this build computes wrongly";
  return message.str();
}

}  // namespace

BrokenPromise::BrokenPromise(Pair pair, double error, double limit)
    : Error(in_words(pair, error, limit)), pair_(pair), error_(error), limit_(limit) {}

SweepReport run_sweeps(Space& space, Precision precision, std::span<SweepAnalysis* const> analyses, uint64_t seed,
                       const Progress& progress) {
  SweepReport report;
  report.certified.bound = std::numeric_limits<double>::infinity();
  report.accuracy.promise = precision_promise(precision);
  const UnitRows* rows = nullptr;
  Precision used = precision;
  Swept swept;
  swept.sample = sample_pairs(space.size(), kAccuracyPairs, seed);
  swept.prepare = [&](const SweepRequest& request) {
    const auto start = Clock::now();
    used = deciding_precision(space, request, precision, seed);
    rows = &space.unit_rows(used);
    report.prepare_seconds += seconds_since(start);
    report.form = rows->form();
  };
  swept.sweep = [&](const SweepRequest& request) {
    return is_certified(precision) ? certified_sweep(space, *rows, request, progress, report.certified)
                                   : space.backend().sweep(*rows, request, progress);
  };
  swept.exact = [&] { return space.backend().pair_cosines(space.device_rows(), space.unit(), swept.sample); };
  // What is swept to decide by alone has its bound for a promise.
  swept.limit = [&] {
    return used == precision ? std::min(report.certified.bound, report.accuracy.promise) : report.certified.bound;
  };
  swept.noted = [&] {
    if (used == precision) return;
    // The swept cosines are not the ones in the answer.
    report.certified.largest_error = report.accuracy.max_abs_error;
    report.accuracy = {.promise = report.accuracy.promise};
  };
  run(swept, analyses, report);
  return report;
}

SweepReport run_sweeps(Space& a, Space& b, Precision precision, std::span<SweepAnalysis* const> analyses, uint64_t seed,
                       const Progress& progress) {
  if (&a.backend() != &b.backend()) throw InvalidUsage("spaces to be swept together lie on one device");
  if (a.dim() != b.dim()) {
    throw InvalidUsage("rows of " + std::to_string(a.dim()) + " dimensions cannot be compared with rows of " +
                       std::to_string(b.dim()));
  }
  SweepReport report;
  report.certified.bound = std::numeric_limits<double>::infinity();
  const auto prepare_start = Clock::now();
  const UnitRows& rows_a = a.unit_rows(precision);
  const std::unique_ptr<UnitRows> rows_b = b.backend().prepare(b.device_rows(), b.unit(), precision, &rows_a);
  report.prepare_seconds = seconds_since(prepare_start);
  report.form = rows_a.form();
  report.accuracy.promise = precision_promise(precision);
  Swept swept;
  swept.prepare = [](const SweepRequest&) {};
  swept.noted = [] {};
  swept.limit = [&report] { return report.accuracy.promise; };
  swept.sample = sample_pairs(a.size(), b.size(), kAccuracyPairs, seed);
  swept.sweep = [&](const SweepRequest& request) { return a.backend().sweep(rows_a, *rows_b, request, progress); };
  swept.exact = [&] {
    return a.backend().pair_cosines(a.device_rows(), a.unit(), b.device_rows(), b.unit(), swept.sample);
  };
  run(swept, analyses, report);
  return report;
}

}  // namespace gramian
