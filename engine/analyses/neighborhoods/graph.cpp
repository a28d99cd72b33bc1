#include "engine/analyses/neighborhoods/graph.hpp"

#include <algorithm>
#include <cmath>
#include <future>
#include <numeric>
#include <string>
#include <utility>

#include "engine/narrow.hpp"
#include "engine/sweep/sample_pairs.hpp"

namespace gramian {

double threshold_of(const ThresholdRule& rule, const Distribution& distribution) {
  switch (rule.kind) {
    case ThresholdRule::Kind::median_sd:
      return distribution.median + rule.number * distribution.moments.sd;
    case ThresholdRule::Kind::value:
      return rule.number;
    case ThresholdRule::Kind::quantile:
      return std::ranges::find(distribution.quantiles, rule.number, &Quantile::q)->value;
    case ThresholdRule::Kind::edges:
      return distribution.order_statistics.back();
  }
  return 0.0;
}

DistributionSettings threshold_settings(const ThresholdRule& rule, DistributionSettings settings, int64_t pairs) {
  if (rule.kind == ThresholdRule::Kind::quantile) settings.quantiles.push_back(rule.number);
  if (rule.kind == ThresholdRule::Kind::edges) {
    if (!(rule.number >= 1.0 && rule.number <= static_cast<double>(pairs))) {
      throw InvalidUsage("a graph of these rows has 1 to " + std::to_string(pairs) + " edges");
    }
    settings.order_statistics.push_back(pairs - static_cast<int64_t>(rule.number));
  }
  return settings;
}

double expected_edges(Space& space, const ThresholdRule& rule, uint64_t seed, int64_t sampled) {
  const auto n = static_cast<double>(space.size());
  const double pairs = n * (n - 1.0) / 2.0;
  if (rule.kind == ThresholdRule::Kind::edges) return rule.number;
  if (rule.kind == ThresholdRule::Kind::quantile) return (1.0 - rule.number) * pairs;
  const std::vector<Pair> sample = sample_pairs(space.size(), sampled, seed);
  if (sample.empty()) return 0.0;
  std::vector<double> cosines = space.backend().pair_cosines(space.device_rows(), space.unit(), sample);
  const auto count = static_cast<double>(cosines.size());
  double threshold = rule.number;
  if (rule.kind == ThresholdRule::Kind::median_sd) {
    const double mean = std::reduce(cosines.begin(), cosines.end()) / count;
    double squares = 0.0;
    for (const double cosine : cosines) squares += (cosine - mean) * (cosine - mean);
    std::ranges::nth_element(cosines, cosines.begin() + std::ssize(cosines) / 2);
    threshold = cosines[cosines.size() / 2] + rule.number * std::sqrt(squares / count);
  }
  const auto reaching = std::ranges::count_if(cosines, [&](double cosine) { return cosine >= threshold; });
  return static_cast<double>(reaching) / count * pairs;
}

int64_t edge_count(const Counts& degrees) {
  return static_cast<int64_t>(std::reduce(degrees.begin(), degrees.end()) / 2);
}

void for_each_band(Space& space, Precision precision, double threshold, std::span<const uint64_t> degrees,
                   int64_t band_bytes, const std::function<void(int64_t begin, const CsrBand& band)>& sink,
                   const Progress& progress) {
  const UnitRows& rows = space.unit_rows(precision);
  Certified certified;
  constexpr int64_t kBytesPerEntry = sizeof(int32_t) + sizeof(float);
  // Bands of whole strips, so that a backend's workers share them well.
  constexpr int64_t kStep = 384;
  std::future<void> consumed;  // waits for its end when it is destroyed
  for (int64_t begin = 0; begin < space.size();) {
    int64_t end = begin;
    int64_t bytes = 0;
    while (end < space.size() && (end == begin || bytes < band_bytes)) {
      const int64_t step_end = std::min(space.size(), end + kStep);
      for (; end < step_end; ++end) bytes += static_cast<int64_t>(degrees[static_cast<size_t>(end)]) * kBytesPerEntry;
    }
    progress.check();
    CsrBand band = is_certified(precision) ? certified_band(space, rows, threshold, begin, end, certified)
                                           : space.backend().threshold_band(rows, threshold, begin, end);
    if (consumed.valid()) consumed.get();
    consumed = std::async(std::launch::async, [&sink, begin, band = std::move(band)] { sink(begin, band); });
    progress.step(end, space.size());
    begin = end;
  }
  if (consumed.valid()) consumed.get();
}

Adjacency adjacency(Space& space, Precision precision, double threshold, std::span<const uint64_t> degrees,
                    const Progress& progress) {
  Adjacency graph;
  graph.offsets.push_back(0);
  const auto entries = static_cast<size_t>(std::reduce(degrees.begin(), degrees.end()));
  graph.columns.reserve(entries);
  graph.cosines.reserve(entries);
  for_each_band(
      space, precision, threshold, degrees, int64_t{64} << 20,
      [&](int64_t, const CsrBand& band) {
        const int64_t base = graph.offsets.back();
        for (size_t row = 1; row < band.offsets.size(); ++row) graph.offsets.push_back(base + band.offsets[row]);
        graph.columns.insert(graph.columns.end(), band.columns.begin(), band.columns.end());
        graph.cosines.insert(graph.cosines.end(), band.cosines.begin(), band.cosines.end());
      },
      progress);
  return graph;
}

Adjacency neighbor_graph(const NeighborTable& table) {
  const int64_t n = std::ssize(table.held);
  narrow<int32_t>(n);
  std::vector<std::vector<Neighbor>> joined(static_cast<size_t>(n));
  for (int64_t row = 0; row < n; ++row) {
    for (const Neighbor& neighbor : table.of(row)) {
      joined[static_cast<size_t>(row)].push_back(neighbor);
      joined[static_cast<size_t>(neighbor.row)].push_back({row, neighbor.cosine});
    }
  }
  Adjacency graph;
  graph.offsets.push_back(0);
  for (std::vector<Neighbor>& neighbors : joined) {
    std::ranges::sort(neighbors, {}, &Neighbor::row);
    const auto same_row = [](const Neighbor& a, const Neighbor& b) { return a.row == b.row; };
    neighbors.erase(std::unique(neighbors.begin(), neighbors.end(), same_row), neighbors.end());
    for (const Neighbor& neighbor : neighbors) {
      graph.columns.push_back(static_cast<int32_t>(neighbor.row));
      graph.cosines.push_back(static_cast<float>(neighbor.cosine));
    }
    graph.offsets.push_back(std::ssize(graph.columns));
  }
  return graph;
}

std::vector<int64_t> hubs(std::span<const uint64_t> degrees, int64_t largest) {
  std::vector<int64_t> rows(degrees.size());
  std::iota(rows.begin(), rows.end(), 0);
  const auto shown = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(largest), std::ssize(rows));
  std::partial_sort(rows.begin(), rows.begin() + shown, rows.end(), [&](int64_t a, int64_t b) {
    const uint64_t degree_a = degrees[static_cast<size_t>(a)];
    const uint64_t degree_b = degrees[static_cast<size_t>(b)];
    return degree_a > degree_b || (degree_a == degree_b && a < b);
  });
  rows.resize(static_cast<size_t>(shown));
  return rows;
}

}  // namespace gramian
