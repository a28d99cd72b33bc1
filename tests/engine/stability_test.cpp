// Stability of two trainings, against plain loops and against what must not change it.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "engine/analyses/comparison/rsa.hpp"
#include "engine/analyses/comparison/stability.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/paired.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

class Device : public ::testing::TestWithParam<BackendCase> {};

oracle::Table padded(const oracle::Table& table, int64_t cols) {
  oracle::Table wide(table.rows, cols);
  for (int64_t i = 0; i < table.rows; ++i) {
    for (int64_t k = 0; k < table.cols; ++k) wide.at(i, k) = table.at(i, k);
  }
  return wide;
}

oracle::Table times(const oracle::Table& a, const oracle::Table& b, bool transpose_a = false) {
  oracle::Table c(transpose_a ? a.cols : a.rows, b.cols);
  const int64_t inner = transpose_a ? a.rows : a.cols;
  for (int64_t i = 0; i < c.rows; ++i) {
    for (int64_t j = 0; j < c.cols; ++j) {
      double sum = 0.0;
      for (int64_t k = 0; k < inner; ++k) sum += (transpose_a ? a.at(k, i) : a.at(i, k)) * b.at(k, j);
      c.at(i, j) = sum;
    }
  }
  return c;
}

double squared(const oracle::Table& table) {
  double sum = 0.0;
  for (const double x : table.values) sum += x * x;
  return sum;
}

double squared_distance(const oracle::Table& a, const oracle::Table& b) {
  oracle::Table off = a;
  for (size_t k = 0; k < off.values.size(); ++k) off.values[k] -= b.values[k];
  return squared(off);
}

double row_cosine(const oracle::Table& a, const oracle::Table& b, int64_t row) {
  double xx = 0.0;
  double xy = 0.0;
  double yy = 0.0;
  for (int64_t k = 0; k < a.cols; ++k) {
    xx += a.at(row, k) * a.at(row, k);
    xy += a.at(row, k) * b.at(row, k);
    yy += b.at(row, k) * b.at(row, k);
  }
  return xy / std::sqrt(xx * yy);
}

oracle::Table table_of(const DenseMatrix& m) {
  oracle::Table t(m.rows, m.cols);
  t.values = m.values;
  return t;
}

TEST_P(Device, ProcrustesAgreesWithPlainLoops) {
  for (const int64_t n : {3, 4, 30, 200}) {
    for (const auto& [d1, d2] : {std::pair<int64_t, int64_t>{9, 9}, {5, 20}, {20, 5}, {1, 3}}) {
      const auto [first, second] = linked(n, d1, d2, 0.8, 11);
      Paired spaces(GetParam().make(2), first, second);
      const Procrustes found = procrustes(spaces.a, spaces.b);
      const int64_t wide = std::max(d1, d2);
      const oracle::Table e1 = padded(first, wide);
      const oracle::Table e2 = padded(second, wide);
      const double size = std::sqrt(squared(e1) + squared(e2));
      EXPECT_NEAR(found.frobenius, std::sqrt(squared_distance(e1, e2)), kProcrustesTolerance * size);
      double nuclear = 0.0;
      for (const double s : oracle::singular(times(first, second, true)).values) nuclear += s;
      const double least = squared(e1) + squared(e2) - 2.0 * nuclear;
      EXPECT_NEAR(found.residual * found.residual, least, kProcrustesTolerance * size * size) << n << " " << d1;

      ASSERT_EQ(found.rotation.rows, d1);
      ASSERT_EQ(found.rotation.cols, d2);
      const oracle::Table q = table_of(found.rotation);
      const oracle::Table mapped = padded(times(first, q), wide);
      double before = 0.0;
      double after = 0.0;
      for (int64_t i = 0; i < n; ++i) {
        const auto row = static_cast<size_t>(i);
        EXPECT_NEAR(found.cosines_before[row], row_cosine(e1, e2, i), kProcrustesTolerance);
        before += found.cosines_before[row];
        // Mapped into fewer dimensions a row loses what would meet zeros, but not its length.
        double length = 0.0;
        double kept = 0.0;
        for (int64_t k = 0; k < wide; ++k) {
          length += e1.at(i, k) * e1.at(i, k);
          kept += mapped.at(i, k) * mapped.at(i, k);
        }
        EXPECT_NEAR(found.cosines_after[row], row_cosine(mapped, e2, i) * std::sqrt(kept / length),
                    kProcrustesTolerance);
        after += found.cosines_after[row];
      }
      EXPECT_NEAR(found.cosine_before, before / static_cast<double>(n), 1e-14);
      EXPECT_NEAR(found.cosine_after, after / static_cast<double>(n), 1e-14);

      // Padding by hand changes nothing that does not depend on which of several rotations is chosen.
      Paired wider(GetParam().make(2), e1, e2);
      const Procrustes same = procrustes(wider.a, wider.b);
      EXPECT_NEAR(same.frobenius, found.frobenius, kProcrustesTolerance * size);
      EXPECT_NEAR(same.residual, found.residual, kProcrustesTolerance * size);
    }
  }
}

TEST_P(Device, NoOtherRotationIsNearer) {
  const auto [first, second] = linked(40, 6, 6, 0.5, 2);
  Paired spaces(GetParam().make(1), first, second);
  const Procrustes found = procrustes(spaces.a, spaces.b);
  for (uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_GE(std::sqrt(squared_distance(rotated(first, seed), second)), found.residual);
  }
}

struct Swept {
  NeighborTable neighbors;
  Distribution distribution;
};

Swept swept(Space& space, int64_t k) {
  Asked<Nearest> neighbors = nearest_neighbors(space, k);
  DistributionSettings settings;
  settings.histogram = fine_histogram();
  DistributionAnalysis distribution(space, Precision::double_, settings);
  SweepAnalysis* const analyses[] = {&neighbors, &distribution};
  run_sweeps(space, Precision::double_, analyses, 1, {});
  return {neighbors.found(), distribution.result()};
}

TEST_P(Device, ARotatedCopyHasNotMoved) {
  const oracle::Table first = gaussian(150, 12, 3);
  Paired spaces(GetParam().make(2), first, rotated(first, 4));
  const Procrustes found = procrustes(spaces.a, spaces.b);
  EXPECT_NEAR(found.residual, 0.0, kProcrustesTolerance * std::sqrt(squared(first)));
  EXPECT_GT(found.frobenius, 1.0);
  EXPECT_LT(found.cosine_before, 0.9);
  for (const double cosine : found.cosines_after) EXPECT_NEAR(cosine, 1.0, kProcrustesTolerance);
  EXPECT_NEAR(rsa(spaces.a, spaces.b).pearson, 1.0, kRsaTolerance);
  const Swept a = swept(spaces.a, 10);
  const Swept b = swept(spaces.b, 10);
  const NeighborOverlap overlap = neighbor_overlap(a.neighbors, b.neighbors);
  EXPECT_EQ(overlap.overlap, 1.0);
  EXPECT_EQ(overlap.jaccard, 1.0);
  EXPECT_NEAR(spectral_distance(spectrum(spaces.a, {}), spectrum(spaces.b, {}), 150), 0.0, 1e-12);
  const CosineShift shift = cosine_shift(a.distribution, b.distribution);
  EXPECT_NEAR(shift.mean, 0.0, 1e-13);
  EXPECT_NEAR(shift.sd, 0.0, 1e-13);
  EXPECT_NEAR(shift.median, 0.0, 1e-13);
  EXPECT_NEAR(shift.wasserstein, 0.0, 1e-6);
  EXPECT_NEAR(shift.kolmogorov_smirnov, 0.0, 1e-3);
}

TEST_P(Device, OverlapCountsSharedNeighbors) {
  const auto [first, second] = linked(60, 8, 11, 0.8, 5);
  Paired spaces(GetParam().make(2), first, second);
  for (const int64_t k : {1, 7, 59}) {
    const NeighborOverlap found = neighbor_overlap(swept(spaces.a, k).neighbors, swept(spaces.b, k).neighbors);
    double sum = 0.0;
    for (int64_t i = 0; i < 60; ++i) {
      const auto nearest = [&](const oracle::Table& table) {
        std::vector<std::pair<double, int64_t>> all;
        for (int64_t j = 0; j < 60; ++j) {
          if (j == i) continue;
          oracle::Table pair = selected(table, {i, j});
          all.emplace_back(-oracle::cosines(pair)[0], j);
        }
        std::ranges::sort(all);
        std::set<int64_t> rows;
        for (int64_t p = 0; p < k; ++p) rows.insert(all[static_cast<size_t>(p)].second);
        return rows;
      };
      const std::set<int64_t> one = nearest(first);
      const std::set<int64_t> two = nearest(second);
      const auto both = std::ranges::count_if(one, [&](int64_t row) { return two.contains(row); });
      std::set<int64_t> either = one;
      either.insert(two.begin(), two.end());
      const auto row = static_cast<size_t>(i);
      EXPECT_DOUBLE_EQ(found.overlaps[row], static_cast<double>(both) / static_cast<double>(k));
      EXPECT_DOUBLE_EQ(found.jaccards[row], static_cast<double>(both) / static_cast<double>(either.size()));
      sum += found.overlaps[row];
    }
    EXPECT_NEAR(found.overlap, sum / 60.0, 1e-14);
  }
  EXPECT_THROW(neighbor_overlap(swept(spaces.a, 3).neighbors, swept(spaces.b, 4).neighbors), InvalidUsage);
}

TEST_P(Device, ShiftIsThatOfTheSortedCosines) {
  Paired spaces(GetParam().make(2), gaussian(80, 30, 1), with_mean_cosine(80, 20, 0.4, 2));
  const CosineShift shift = cosine_shift(swept(spaces.a, 1).distribution, swept(spaces.b, 1).distribution);
  std::vector<double> s = oracle::cosines(spaces.stored_a.exact);
  std::vector<double> t = oracle::cosines(spaces.stored_b.exact);
  std::ranges::sort(s);
  std::ranges::sort(t);
  double moved = 0.0;
  for (size_t k = 0; k < s.size(); ++k) moved += std::abs(t[k] - s[k]) / static_cast<double>(s.size());
  double apart = 0.0;
  for (size_t k = 0; k < s.size(); ++k) {
    const auto below = std::ranges::upper_bound(t, s[k]) - t.begin();
    apart = std::max(apart, std::abs(static_cast<double>(k + 1) - static_cast<double>(below)));
  }
  apart /= static_cast<double>(s.size());
  EXPECT_NEAR(shift.wasserstein, moved, 2.0 / static_cast<double>(kFineBins));
  EXPECT_NEAR(shift.kolmogorov_smirnov, apart, 0.005);
  EXPECT_NEAR(shift.mean, oracle::moments(t).mean - oracle::moments(s).mean, kMomentTolerance);
  EXPECT_NEAR(shift.sd, oracle::moments(t).sd - oracle::moments(s).sd, kMomentTolerance);
  EXPECT_NEAR(shift.median, oracle::quantile(t, 0.5) - oracle::quantile(s, 0.5), 1e-13);
}

TEST_P(Device, SpectraAreAsFarApartAsTheirSingularValues) {
  Paired spaces(GetParam().make(1), gaussian(50, 8, 1), outlier_dimensions(50, 13, 2));
  const std::vector<double> one = oracle::singular(oracle::unit_rows(spaces.stored_a.exact)).values;
  const std::vector<double> two = oracle::singular(oracle::unit_rows(spaces.stored_b.exact)).values;
  double sum = 0.0;
  for (size_t k = 0; k < 13; ++k) {
    const double off = two[k] - (k < 8 ? one[k] : 0.0);
    sum += off * off;
  }
  EXPECT_NEAR(spectral_distance(spectrum(spaces.a, {}), spectrum(spaces.b, {}), 50), std::sqrt(sum / 50.0), 1e-12);
}

TEST_P(Device, SameBitsForAnyNumberOfThreads) {
  const auto [first, second] = linked(500, 33, 50, 0.5, 4);
  std::vector<double> one;
  for (const int threads : {1, 2, 3}) {
    Paired spaces(GetParam().make(threads), first, second);
    const Procrustes found = procrustes(spaces.a, spaces.b);
    std::vector<double> all = {found.frobenius, found.residual, found.cosine_before, found.cosine_after};
    all.insert(all.end(), found.cosines_after.begin(), found.cosines_after.end());
    if (one.empty()) one = all;
    EXPECT_TRUE(one == all) << threads;
  }
}

TEST_P(Device, RefusesDifferentNumbersOfRows) {
  Paired spaces(GetParam().make(1), gaussian(5, 4, 1), gaussian(6, 4, 2));
  EXPECT_THROW(procrustes(spaces.a, spaces.b), InvalidUsage);
}

INSTANTIATE_TEST_SUITE_P(Stability, Device, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace gramian::testing
