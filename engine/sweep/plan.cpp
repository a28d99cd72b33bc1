#include "engine/sweep/plan.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <random>

#include "engine/random.hpp"

namespace gramian {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

template <class T>
size_t add_once(std::vector<T>& all, const T& wanted) {
  const auto it = std::ranges::find(all, wanted);
  if (it != all.end()) return static_cast<size_t>(it - all.begin());
  all.push_back(wanted);
  return all.size() - 1;
}

/// The first k of every row's neighbours.
NeighborTable nearest(const NeighborTable& table, int64_t k) {
  if (table.k == k) return table;
  NeighborTable result;
  result.k = k;
  result.held.resize(table.held.size());
  result.entries.resize(table.held.size() * static_cast<size_t>(k));
  for (int64_t row = 0; row < std::ssize(table.held); ++row) {
    const auto all = table.of(row);
    const int64_t held = std::min(k, std::ssize(all));
    std::copy_n(all.begin(), held, result.entries.begin() + row * k);
    result.held[static_cast<size_t>(row)] = held;
  }
  return result;
}

}  // namespace

UnitedRequest unite(std::span<const SweepRequest> requests) {
  UnitedRequest united;
  SweepRequest& all = united.request;
  for (const SweepRequest& request : requests) {
    UnitedRequest::Slots slots;
    all.extremes = all.extremes || request.extremes;
    all.dense = all.dense || request.dense;
    all.top_k = std::max(all.top_k, request.top_k);
    if (request.ranks) all.ranks = request.ranks;
    for (const HistogramSpec& spec : request.histograms) slots.histograms.push_back(add_once(all.histograms, spec));
    for (const Bracket& bracket : request.brackets) slots.brackets.push_back(add_once(all.brackets, bracket));
    for (const double threshold : request.thresholds) slots.thresholds.push_back(add_once(all.thresholds, threshold));
    all.probes.insert(all.probes.end(), request.probes.begin(), request.probes.end());
    united.slots.push_back(std::move(slots));
  }
  std::ranges::sort(all.probes);
  all.probes.erase(std::unique(all.probes.begin(), all.probes.end()), all.probes.end());
  for (size_t r = 0; r < requests.size(); ++r) {
    for (const Pair& pair : requests[r].probes) {
      united.slots[r].probes.push_back(
          static_cast<size_t>(std::ranges::lower_bound(all.probes, pair) - all.probes.begin()));
    }
  }
  return united;
}

SweepState extract(const SweepState& state, const UnitedRequest& united, size_t which, const SweepRequest& request) {
  const UnitedRequest::Slots& slots = united.slots[which];
  SweepState part;
  part.pairs = state.pairs;
  if (request.extremes) part.extremes = state.extremes;
  for (const size_t slot : slots.histograms) part.histograms.push_back(state.histograms[slot]);
  for (const size_t slot : slots.brackets) part.brackets.push_back(state.brackets[slot]);
  for (const size_t slot : slots.thresholds) part.degrees.push_back(state.degrees[slot]);
  if (!slots.probes.empty()) {
    std::vector<double> values(united.request.probes.size(), std::nan(""));
    for (const ProbeValue& probe : state.probes) values[static_cast<size_t>(probe.index)] = probe.cosine;
    for (size_t k = 0; k < slots.probes.size(); ++k) {
      part.probes.push_back({static_cast<int64_t>(k), values[slots.probes[k]]});
    }
  }
  if (request.dense) part.dense = state.dense;
  if (request.ranks) part.ranks = state.ranks;
  if (request.top_k > 0) part.neighbors = nearest(state.neighbors, request.top_k);
  return part;
}

std::vector<Pair> sample_pairs(int64_t n, int64_t count, uint64_t seed) {
  std::vector<Pair> pairs;
  if (n < 2) return pairs;
  const bool all = n < (int64_t{1} << 31) && n * (n - 1) / 2 <= count;
  if (all) {
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = i + 1; j < n; ++j) pairs.push_back({i, j});
    }
    return pairs;
  }
  std::mt19937_64 generator(seed);
  pairs.reserve(static_cast<size_t>(count));
  while (std::ssize(pairs) < count) {
    const int64_t i = random_below(generator, n);
    const int64_t j = random_below(generator, n);
    if (i != j) pairs.push_back({std::min(i, j), std::max(i, j)});
  }
  std::ranges::sort(pairs);
  return pairs;
}

SweepReport run_sweeps(Space& space, Precision precision, std::span<SweepAnalysis* const> analyses, uint64_t seed,
                       const Progress& progress) {
  SweepReport report;
  const auto prepare_start = Clock::now();
  const UnitRows& rows = space.unit_rows(precision);
  report.prepare_seconds = seconds_since(prepare_start);
  report.form = rows.form();
  report.accuracy.promise = precision_promise(precision);
  const TileGrid grid = space.backend().grid(rows);

  std::vector<Pair> probes = sample_pairs(space.size(), kAccuracyPairs, seed);
  while (true) {
    std::vector<SweepRequest> requests;
    for (SweepAnalysis* analysis : analyses) requests.push_back(analysis->needs());
    if (std::ranges::all_of(requests, &SweepRequest::empty)) break;
    SweepRequest accuracy;
    if (report.sweeps == 0) accuracy.probes = probes;
    requests.push_back(accuracy);
    const UnitedRequest united = unite(requests);

    const auto sweep_start = Clock::now();
    SweepState state = space.backend().sweep(rows, united.request, grid, {0, grid.size()}, progress);
    report.sweep_seconds += seconds_since(sweep_start);
    ++report.sweeps;

    if (!accuracy.probes.empty()) {
      const SweepState sampled = extract(state, united, requests.size() - 1, accuracy);
      const std::vector<double> exact = space.backend().pair_cosines(space.device_rows(), space.unit(), probes);
      double sum = 0.0;
      for (const ProbeValue& probe : sampled.probes) {
        const double error = std::abs(probe.cosine - exact[static_cast<size_t>(probe.index)]);
        // A cosine that is no number at all is as wrong as can be.
        if (!(error <= report.accuracy.max_abs_error)) {
          report.accuracy.max_abs_error = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
          report.accuracy.worst = probes[static_cast<size_t>(probe.index)];
        }
        sum += error * error;
      }
      report.accuracy.pairs = std::ssize(probes);
      report.accuracy.rms_error = std::sqrt(sum / static_cast<double>(probes.size()));
    }
    for (size_t a = 0; a < analyses.size(); ++a) {
      if (!requests[a].empty()) analyses[a]->take(extract(state, united, a, requests[a]));
    }
  }
  return report;
}

}  // namespace gramian
