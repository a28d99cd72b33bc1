#include "tests/support/sweeping.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "tests/oracle/oracle.hpp"
#include "tests/support/cosines.hpp"

namespace gramian::testing {
namespace {

/// Number of representable values of `type` between +0 and x, negative below; -0 is one of them, as in ordered.hpp.
int64_t position(double x, CosineType type) {
  if (type == CosineType::f64) {
    int64_t bits = 0;
    const double magnitude = std::abs(x);
    std::memcpy(&bits, &magnitude, sizeof bits);
    return x < 0 ? -bits - 1 : bits;
  }
  int32_t bits = 0;
  const auto magnitude = static_cast<float>(std::abs(x));
  std::memcpy(&bits, &magnitude, sizeof bits);
  return x < 0 ? -int64_t{bits} - 1 : int64_t{bits};
}

Bracket bracket(double lo, double hi, CosineType type, Bracket::Keep keep, int shift) {
  if (type == CosineType::f32) {
    lo = static_cast<double>(static_cast<float>(lo));
    hi = static_cast<double>(static_cast<float>(hi));
  }
  return {lo, hi, keep, shift};
}

void append_bytes(std::string& out, const void* data, size_t size) { out.append(static_cast<const char*>(data), size); }

template <class T>
void append_values(std::string& out, const std::vector<T>& values) {
  const size_t count = values.size();
  append_bytes(out, &count, sizeof count);
  append_bytes(out, values.data(), count * sizeof(T));
}

}  // namespace

Prepared::Prepared(Backend& device, const Matrix& matrix, Precision precision)
    : backend(&device), stored(device.upload(matrix.view, {})), rows(device.prepare(*stored, {}, precision)) {}

SweepState Prepared::sweep(const SweepRequest& request, int64_t edge) const {
  const TileGrid grid(rows->rows(), edge);
  return backend->sweep(*rows, request, grid, {0, grid.size()}, {});
}

SweepState Prepared::sweep(const SweepRequest& request, int64_t edge, TileRange range) const {
  return backend->sweep(*rows, request, TileGrid(rows->rows(), edge), range, {});
}

RankBins uneven_bins() {
  std::vector<uint8_t> log_parts(static_cast<size_t>(kFineBins));
  for (size_t cell = 0; cell < log_parts.size(); ++cell) log_parts[cell] = static_cast<uint8_t>(cell % 3);
  // Round 0, round 1/8, at 1.
  for (const int64_t cell : {int64_t{8191}, int64_t{8192}, int64_t{9216}, kFineBins - 1}) {
    log_parts[static_cast<size_t>(cell)] = 15;
  }
  return RankBins(log_parts);
}

int64_t rank_bin(const RankBins& bins, double x) {
  // Wider than any cosine, so that nothing is rounded.
  const long double scaled = (static_cast<long double>(x) + 1.0L) * kFinePerUnit;
  const int64_t cell = std::min(static_cast<int64_t>(std::floor(scaled)), kFineBins - 1);
  const auto entry = static_cast<int64_t>(bins.cells()[static_cast<size_t>(cell)]);
  const int64_t parts = int64_t{1} << (entry & 31);
  const long double inside = (scaled - static_cast<long double>(cell)) * static_cast<long double>(parts);
  return (entry >> 5) + std::min(static_cast<int64_t>(std::floor(inside)), parts - 1);
}

SweepRequest everything(int64_t n, CosineType type) {
  using Keep = Bracket::Keep;
  const bool wide = type == CosineType::f64;
  SweepRequest request;
  request.extremes = true;
  request.dense = true;
  request.top_k = 7;
  request.thresholds = {0.125, 0.3, -2.0, 1.0, 1.5, -0.25};
  request.histograms = {
      {-1.0, 1.0, 2048}, fine_histogram(),    {-1.0, 1.0, 1},      {-0.5, 1.0, 3},     // on the fine grid
      {-0.25, 0.75, 8},  {-0.75, 0.625, 11},                                           // hi closes a fine bin
      {-1.0, 1.0, 1000}, {-1.0, 1.0, 65536},  {0.0, 0.9, 1},       {-0.3, 0.7, 4099},  // off it
      {-1.1, 0.1, 24},   {0.2, 1.0, 32},      {-1.1, 1.3, 77},     {0.9999, 1.0, 50}, {-2.0, -1.5, 4},
      {1.5, 2.0, 4},     {0.1, 0.1000001, 9}, {-1e300, 1e300, 10}, {0.0, 1e-300, 7},  {-1e-40, 1e-40, 3},
  };
  const int coarse = wide ? 42 : 13;
  request.brackets = {
      fine_bracket(0, kFineBins - 1, type),
      fine_bracket(0, 0, type),
      fine_bracket(kFineBins - 1, kFineBins - 1, type),
      fine_bracket(8191, 8192, type),
      fine_bracket(7000, 9500, type),
      fine_bracket(9000, 12288, type),
      bracket(0.1, 0.4, type, Keep::values, 0),
      bracket(-0.25, 0.25, type, Keep::values, 0),
      bracket(0.125, 0.125, type, Keep::values, 0),
      bracket(-2.0, 2.0, type, Keep::values, 0),
      bracket(1.5, 1.75, type, Keep::values, 0),
      bracket(-1.75, -1.5, type, Keep::counts, coarse),
      bracket(-0.2, 0.3, type, Keep::counts, coarse + 5),
      bracket(-1.0, 1.0, type, Keep::counts, coarse + 8),
      bracket(0.25, std::nextafter(0.25, 1.0), type, Keep::counts, 0),
  };
  if (!wide) request.brackets.push_back(bracket(0.2, 0.21, type, Keep::counts, 0));
  Bracket counted = fine_bracket(12288, 12292, type);
  counted.keep = Keep::counts;
  counted.shift = wide ? 30 : 0;
  request.brackets.push_back(counted);
  counted = fine_bracket(kFineBins - 1, kFineBins - 1, type);
  counted.keep = Keep::counts;
  counted.shift = wide ? 30 : 3;
  request.brackets.push_back(counted);
  request.ranks = std::make_shared<const RankBins>(uneven_bins());
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = i + 1; j < n; j += 1 + (i + j) % 7) request.probes.push_back({i, j});
  }
  if (!request.probes.empty()) request.probes.insert(request.probes.begin(), request.probes.front());
  return request;
}

void expect_consistent(const SweepState& state, const SweepRequest& request, int64_t n, CosineType type) {
  ASSERT_EQ(std::ssize(state.dense), n * n);
  const std::vector<double> x = upper_triangle(state.dense, n);
  EXPECT_EQ(state.pairs, x.size());
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      const double cosine = state.dense[static_cast<size_t>(i * n + j)];
      if (j <= i) {
        ASSERT_TRUE(std::isnan(cosine)) << i << ", " << j;
      } else {
        ASSERT_LE(std::abs(cosine), 1.0) << i << ", " << j;
        ASSERT_FALSE(cosine == 0.0 && std::signbit(cosine)) << i << ", " << j;
      }
    }
  }

  if (x.empty()) {
    EXPECT_EQ(state.extremes, Extremes{});
  } else if (request.extremes) {
    const oracle::Extreme min = oracle::smallest(x, n);
    const oracle::Extreme max = oracle::largest(x, n);
    EXPECT_EQ(state.extremes.min, min.value);
    EXPECT_EQ(state.extremes.min_at, (Pair{min.i, min.j}));
    EXPECT_EQ(state.extremes.max, max.value);
    EXPECT_EQ(state.extremes.max_at, (Pair{max.i, max.j}));
  }

  ASSERT_EQ(state.histograms.size(), request.histograms.size());
  for (size_t h = 0; h < request.histograms.size(); ++h) {
    const HistogramSpec& spec = request.histograms[h];
    const oracle::Histogram expected = oracle::histogram(x, spec.lo, spec.hi, spec.bins);
    EXPECT_EQ(state.histograms[h].below, expected.below) << "histogram " << h;
    EXPECT_EQ(state.histograms[h].above, expected.above) << "histogram " << h;
    EXPECT_TRUE(state.histograms[h].counts == expected.counts) << "histogram " << h;
  }

  ASSERT_EQ(state.brackets.size(), request.brackets.size());
  for (size_t b = 0; b < request.brackets.size(); ++b) {
    const Bracket& wanted = request.brackets[b];
    const BracketCounts& found = state.brackets[b];
    uint64_t below = 0;
    std::vector<double> inside;
    for (const double value : x) {
      if (value < wanted.lo) ++below;
      if (value >= wanted.lo && value <= wanted.hi) inside.push_back(value);
    }
    EXPECT_EQ(found.below, below) << "bracket " << b;
    EXPECT_EQ(found.inside, inside.size()) << "bracket " << b;
    if (wanted.keep == Bracket::Keep::values) {
      EXPECT_TRUE(found.counts.empty()) << "bracket " << b;
      EXPECT_TRUE(type == CosineType::f64 ? found.values.empty() : found.wide_values.empty()) << "bracket " << b;
      std::vector<double> kept = found.wide_values;
      if (type == CosineType::f32) kept.assign(found.values.begin(), found.values.end());
      std::ranges::sort(kept);
      std::ranges::sort(inside);
      EXPECT_TRUE(kept == inside) << "bracket " << b;
    } else {
      const int64_t first = position(wanted.lo, type);
      const int64_t span = position(wanted.hi, type) - first;
      std::vector<uint64_t> counts(static_cast<size_t>((span >> wanted.shift) + 1), 0);
      for (const double value : inside) ++counts[static_cast<size_t>((position(value, type) - first) >> wanted.shift)];
      EXPECT_TRUE(found.counts.size() >= counts.size()) << "bracket " << b;
      counts.resize(found.counts.size(), 0);
      EXPECT_TRUE(found.counts == counts) << "bracket " << b;
      EXPECT_TRUE(found.values.empty() && found.wide_values.empty()) << "bracket " << b;
    }
  }

  if (request.ranks) {
    std::vector<uint64_t> counts(static_cast<size_t>(request.ranks->bins()), 0);
    for (const double value : x) ++counts[static_cast<size_t>(rank_bin(*request.ranks, value))];
    EXPECT_TRUE(state.ranks == counts);
  }

  const auto cosine = [&](int64_t i, int64_t j) {
    return state.dense[static_cast<size_t>(std::min(i, j) * n + std::max(i, j))];
  };
  ASSERT_EQ(state.degrees.size(), request.thresholds.size());
  for (size_t t = 0; t < request.thresholds.size(); ++t) {
    ASSERT_EQ(std::ssize(state.degrees[t]), n);
    for (int64_t i = 0; i < n; ++i) {
      uint64_t degree = 0;
      for (int64_t j = 0; j < n; ++j) degree += j != i && cosine(i, j) >= request.thresholds[t] ? 1 : 0;
      ASSERT_EQ(state.degrees[t][static_cast<size_t>(i)], degree) << "threshold " << t << " row " << i;
    }
  }
  if (request.top_k > 0) {
    for (int64_t i = 0; i < n; ++i) {
      std::vector<std::pair<double, int64_t>> all;
      for (int64_t j = 0; j < n; ++j) {
        if (j != i) all.emplace_back(-cosine(i, j), j);
      }
      std::ranges::sort(all);
      all.resize(std::min(all.size(), static_cast<size_t>(request.top_k)));
      const auto found_row = state.neighbors.of(i);
      ASSERT_EQ(found_row.size(), all.size()) << "row " << i;
      for (size_t k = 0; k < all.size(); ++k) {
        ASSERT_EQ(found_row[k].row, all[k].second) << "row " << i << " neighbour " << k;
        ASSERT_EQ(found_row[k].cosine, -all[k].first) << "row " << i << " neighbour " << k;
      }
    }
  }

  ASSERT_EQ(state.probes.size(), request.probes.size());
  std::vector<bool> seen(request.probes.size());
  for (const ProbeValue& probe : state.probes) {
    const Pair pair = request.probes[static_cast<size_t>(probe.index)];
    EXPECT_EQ(probe.cosine, state.dense[static_cast<size_t>(pair.i * n + pair.j)]) << pair.i << ", " << pair.j;
    EXPECT_FALSE(seen[static_cast<size_t>(probe.index)]) << pair.i << ", " << pair.j;
    seen[static_cast<size_t>(probe.index)] = true;
  }
}

std::string bytes_of(const SweepState& state) {
  std::string out;
  append_bytes(out, &state.pairs, sizeof state.pairs);
  append_bytes(out, &state.extremes, sizeof state.extremes);
  for (const HistogramCounts& histogram : state.histograms) {
    append_bytes(out, &histogram.below, sizeof histogram.below);
    append_bytes(out, &histogram.above, sizeof histogram.above);
    append_values(out, histogram.counts);
  }
  for (const BracketCounts& found : state.brackets) {
    append_bytes(out, &found.below, sizeof found.below);
    append_bytes(out, &found.inside, sizeof found.inside);
    append_values(out, found.counts);
    append_values(out, found.values);
    append_values(out, found.wide_values);
  }
  append_values(out, state.probes);
  append_values(out, state.dense);
  for (const std::vector<uint64_t>& degrees : state.degrees) append_values(out, degrees);
  append_values(out, state.ranks);
  append_values(out, state.neighbors.held);
  for (int64_t i = 0; i < std::ssize(state.neighbors.held); ++i) {
    const auto held = state.neighbors.of(i);
    append_bytes(out, held.data(), held.size_bytes());
  }
  return out;
}

SweepState swept_in_parts(const Prepared& prepared, const SweepRequest& request, int64_t edge, int64_t parts,
                          Random& random) {
  const int64_t tiles = TileGrid(prepared.rows->rows(), edge).size();
  std::vector<int64_t> cuts = {0, tiles};
  for (int64_t k = 1; k < parts; ++k) cuts.push_back(random.below(tiles + 1));
  std::ranges::sort(cuts);
  std::vector<SweepState> states;
  for (size_t k = 0; k + 1 < cuts.size(); ++k) {
    states.push_back(prepared.sweep(request, edge, {cuts[k], cuts[k + 1]}));
  }
  while (states.size() > 1) {
    random.shuffle(states);
    SweepState last = std::move(states.back());
    states.pop_back();
    merge(states[static_cast<size_t>(random.below(std::ssize(states)))], std::move(last));
  }
  return std::move(states.front());
}

}  // namespace gramian::testing
