// Neighbours, degrees and edges are those of the canonical cosines, exactly, on rows where rounding would tell
// otherwise.

#include "engine/certified/certified_sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/analyses/neighborhoods/graph.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "engine/cosines/canonical_cosine.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"

namespace gramian::testing {
namespace {

constexpr Precision kPrecisions[] = {Precision::single, Precision::double_};

/// n x n canonical cosines by a loop.
std::vector<double> canonical(const oracle::Table& rows) {
  const int64_t n = rows.rows;
  std::vector<double> all(static_cast<size_t>(n * n), 1.0);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      all[static_cast<size_t>(i * n + j)] =
          canonical_cosine(rows.values.data() + i * rows.cols, rows.values.data() + j * rows.cols, rows.cols);
    }
  }
  return all;
}

/// Multiples of `directions` vectors of small whole numbers: cosines within a group are 1, between groups equal.
oracle::Table collinear(int64_t n, int64_t d, int64_t directions, uint64_t seed) {
  oracle::Table rows = lattice(n, seed);
  oracle::Table table(n, d);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < d; ++k) {
      table.at(i, k) = rows.at(i % directions, k % rows.cols) * static_cast<double>(1 + i % 7);
    }
  }
  return table;
}

struct Case {
  std::string name;
  Stored stored;
};

std::vector<Case> cases(int64_t n, int64_t d) {
  oracle::Table outliers = gaussian(n, d, 5);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < std::min<int64_t>(2, d); ++k) outliers.at(i, k) *= 100.0;
  }
  return {
      {"gaussian", store(gaussian(n, d, 1), ElementType::f32)},
      {"mean_0.99", store(with_mean_cosine(n, d, 0.99, 2), ElementType::f32)},
      {"mean_0.999999", store(with_mean_cosine(n, d, 0.999999, 3), ElementType::f32)},
      {"duplicates", store(duplicates(n, d, 4), ElementType::f64)},
      {"identical", store(identical(n, d, 4), ElementType::f32)},
      {"collinear", store(collinear(n, d, 5, 6), ElementType::f32)},
      {"lattice", store(lattice(n, 7), ElementType::f32)},
      {"outliers", store(outliers, ElementType::f32)},
      {"f16", store(with_mean_cosine(n, d, 0.5, 8), ElementType::f16)},
      {"bf16", store(with_mean_cosine(n, d, 0.5, 9), ElementType::bf16)},
  };
}

void expect_exact(Backend& backend, const Case& each, Precision precision, const std::vector<double>& cosines) {
  Space space(backend, each.stored.matrix.view);
  const int64_t n = space.size();
  const auto of = [&](int64_t i, int64_t j) { return cosines[static_cast<size_t>(i * n + j)]; };
  const int64_t k = std::min<int64_t>(5, n - 1);
  // Thresholds that cosines are equal to, and one to which none is.
  const std::vector<double> thresholds = {1.0, of(0, n - 1), of(n / 2, 0), of(n / 3, n - 1) + 1e-9};
  Asked<Nearest> nearest = nearest_neighbors(space, k);
  std::vector<Asked<Degrees>> degrees;
  for (const double threshold : thresholds) degrees.emplace_back(Degrees{.threshold = threshold});
  std::vector<SweepAnalysis*> analyses = {&nearest};
  for (Asked<Degrees>& asked : degrees) analyses.push_back(&asked);
  const SweepReport report = run_sweeps(space, precision, analyses, 0, {});
  ASSERT_TRUE(std::isfinite(report.certified.bound)) << each.name;

  for (int64_t i = 0; i < n; ++i) {
    std::vector<Neighbor> all;
    for (int64_t j = 0; j < n; ++j) {
      if (j != i) all.push_back({j, of(i, j)});
    }
    std::ranges::sort(all, std::less<>());
    all.resize(static_cast<size_t>(k));
    const auto found = nearest.found().of(i);
    ASSERT_EQ(std::vector<Neighbor>(found.begin(), found.end()), all) << each.name << ", row " << i;
  }
  for (size_t t = 0; t < thresholds.size(); ++t) {
    const Counts& counts = degrees[t].found().counts;
    const Adjacency graph = adjacency(space, precision, thresholds[t], counts, {});
    for (int64_t i = 0; i < n; ++i) {
      std::vector<int32_t> expected;
      for (int64_t j = 0; j < n; ++j) {
        if (j != i && of(i, j) >= thresholds[t]) expected.push_back(static_cast<int32_t>(j));
      }
      ASSERT_EQ(counts[static_cast<size_t>(i)], expected.size()) << each.name << ", row " << i << ", " << thresholds[t];
      const std::vector<int32_t> edges(graph.columns.begin() + graph.offsets[static_cast<size_t>(i)],
                                       graph.columns.begin() + graph.offsets[static_cast<size_t>(i) + 1]);
      ASSERT_EQ(edges, expected) << each.name << ", row " << i << ", " << thresholds[t];
    }
  }
}

TEST(Certified, NeighborsAndEdgesAreThoseOfTheCanonicalCosines) {
  for (const int64_t n : {2, 3, 49, 130}) {
    for (const int64_t d : {2, 33, 300}) {
      for (const Case& each : cases(n, d)) {
        const std::vector<double> cosines = canonical(each.stored.exact);
        for (const BackendCase& device : backends()) {
          if (device.slow && n == 130 && d != 33) continue;
          const auto backend = device.make(n == 49 ? 1 : 2);
          if (!backend->certifies()) continue;
          for (const Precision precision : kPrecisions) {
            SCOPED_TRACE(device.name + ", " + name_of(precision) + ", d = " + std::to_string(d));
            expect_exact(*backend, each, precision, cosines);
            if (::testing::Test::HasFatalFailure()) return;
          }
        }
      }
    }
  }
}

TEST(Certified, SixteenBitsDecideWhereTheyCan) {
  constexpr int64_t kRows = 4200;
  constexpr int64_t kNearest = 10;
  oracle::Table rows = with_mean_cosine(kRows, 24, 0.3, 5);
  for (int64_t k = 0; k < rows.cols; ++k) rows.at(17, k) = rows.at(4100, k) = rows.at(3, k);
  const Stored stored = store(rows, ElementType::f32);
  const auto backend = devices().front().make(2);
  Space space(*backend, stored.matrix.view);
  Asked<Nearest> nearest = nearest_neighbors(space, kNearest);
  Asked degrees(Degrees{.threshold = 0.5});
  SweepAnalysis* const analyses[] = {&nearest, &degrees};
  const SweepReport report = run_sweeps(space, Precision::single, analyses, 0, {});
  EXPECT_TRUE(report.certified.largest_error.has_value());
  EXPECT_LE(report.certified.largest_error.value_or(1.0), report.certified.bound);
  for (int64_t i = 0; i < kRows; ++i) {
    std::vector<Pair> pairs;
    for (int64_t j = 0; j < kRows; ++j) {
      if (j != i) pairs.push_back({i, j});
    }
    const std::vector<double> cosines = backend->pair_cosines(space.device_rows(), space.unit(), pairs);
    std::vector<Neighbor> all;
    uint64_t reaching = 0;
    for (size_t p = 0; p < pairs.size(); ++p) {
      all.push_back({pairs[p].j, cosines[p]});
      if (cosines[p] >= 0.5) ++reaching;
    }
    std::partial_sort(all.begin(), all.begin() + kNearest, all.end(), std::less<>());
    all.resize(kNearest);
    const auto found = nearest.found().of(i);
    ASSERT_EQ(std::vector<Neighbor>(found.begin(), found.end()), all) << i;
    ASSERT_EQ(degrees.found().counts[static_cast<size_t>(i)], reaching) << i;
  }
}

TEST(Certified, MoreOpenPairsThanAreListed) {
  // 4,498,500 pairs of cosine 1.
  constexpr int64_t kRows = 3000;
  const Stored stored = store(identical(kRows, 3, 1), ElementType::f32);
  const auto backend = devices().front().make(2);
  Space space(*backend, stored.matrix.view);
  Asked degrees(Degrees{.threshold = 1.0});
  SweepAnalysis* const analyses[] = {&degrees};
  const SweepReport report = run_sweeps(space, Precision::single, analyses, 0, {});
  EXPECT_EQ(degrees.found().counts, Counts(kRows, kRows - 1));
  EXPECT_GT(report.certified.recomputed, Degrees::kMostOpen);
}

void expect_margins_listed(Backend& backend, const Stored& stored) {
  Space space(backend, stored.matrix.view);
  const UnitRows& rows = space.unit_rows(Precision::single);
  const SweepState state = backend.sweep(
      rows, {Degrees{.threshold = 0.25, .margin = 0.01}, Degrees{.threshold = 0.375}, Degrees{.threshold = 0.25}});
  Counts counts = state.of<Degrees>(0).counts;
  EXPECT_EQ(counts, state.of<Degrees>(1).counts);
  EXPECT_FALSE(state.of<Degrees>(0).open.empty());
  for (const Pair& pair : state.of<Degrees>(0).open) {
    ++counts[static_cast<size_t>(pair.i)];
    ++counts[static_cast<size_t>(pair.j)];
  }
  EXPECT_EQ(counts, state.of<Degrees>(2).counts);
}

TEST(Certified, MarginsListWhatTheyLeaveOut) {
  // Cosines are multiples of 1/8.
  const Stored stored = store(lattice(60, 3), ElementType::f32);
  for (const BackendCase& device : devices()) {
    SCOPED_TRACE(device.name);
    const auto backend = device.make(3);
    if (backend->certifies()) expect_margins_listed(*backend, stored);
  }
}

TEST(Certified, HalfIsWhatItWas) {
  const Stored stored = store(gaussian(50, 20, 3), ElementType::f32);
  const auto backend = devices().front().make(1);
  Space space(*backend, stored.matrix.view);
  Asked<Nearest> nearest = nearest_neighbors(space, 3);
  SweepAnalysis* const analyses[] = {&nearest};
  const SweepReport report = run_sweeps(space, Precision::half, analyses, 0, {});
  EXPECT_TRUE(std::isinf(report.certified.bound));
  EXPECT_EQ(report.certified.recomputed, 0);
}

}  // namespace
}  // namespace gramian::testing
