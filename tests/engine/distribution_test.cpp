// The distribution against plain statistics: quantiles and extremes are exactly those of the canonical cosines where
// the device certifies them, and of the very cosines that the sweep produced where not; the histogram counts the
// latter.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/distribution/moments.hpp"
#include "engine/analyses/neighborhoods/similarity.hpp"
#include "engine/error.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/cosines.hpp"
#include "tests/support/data.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

struct Outcome {
  Distribution distribution;
  SweepReport report;
  std::vector<double> cosines;  // that order statistics are of, in pair order
  std::vector<double> swept;    // that the histogram counts
};

/// The precision whose rows were swept.
Precision swept_precision(Space& space, const SweepReport& report, Precision asked) {
  for (const Precision precision : {asked, Precision::half, Precision::double_}) {
    if (space.unit_rows(precision).form() == report.form) return precision;
  }
  ADD_FAILURE() << report.form;
  return asked;
}

Outcome distribution_of(Backend& backend, const Matrix& matrix, Precision precision, DistributionSettings settings) {
  Space space(backend, matrix.view);
  DistributionAnalysis analysis(space, precision, std::move(settings));
  SweepAnalysis* analyses[] = {&analysis};
  Outcome outcome;
  outcome.report = run_sweeps(space, precision, analyses, 1, {});
  outcome.distribution = analysis.result();
  if (space.size() < 2) return outcome;
  outcome.swept = swept_cosines(space, swept_precision(space, outcome.report, precision));
  outcome.cosines = backend.certifies() && is_certified(precision) ? canonical_cosines(space) : outcome.swept;
  return outcome;
}

void expect_exact(const Outcome& outcome, const DistributionSettings& settings, int64_t n) {
  const Distribution& found = outcome.distribution;
  std::vector<double> sorted = outcome.cosines;
  std::ranges::sort(sorted);
  EXPECT_EQ(found.median, oracle::quantile(sorted, 0.5));
  ASSERT_EQ(found.quantiles.size(), settings.quantiles.size());
  for (size_t k = 0; k < settings.quantiles.size(); ++k) {
    EXPECT_EQ(found.quantiles[k].q, settings.quantiles[k]);
    EXPECT_EQ(found.quantiles[k].value, oracle::quantile(sorted, settings.quantiles[k])) << settings.quantiles[k];
  }
  const oracle::Extreme min = oracle::smallest(outcome.cosines, n);
  const oracle::Extreme max = oracle::largest(outcome.cosines, n);
  EXPECT_EQ(found.extremes, (Extremes::Found{min.value, max.value, {min.i, min.j}, {max.i, max.j}}));
  const Histogram& spec = settings.histogram;
  const oracle::Histogram histogram = oracle::histogram(outcome.swept, spec.lo, spec.hi, spec.bins);
  EXPECT_EQ(found.histogram, (Histogram::Found{histogram.below, histogram.above, histogram.counts}));
  EXPECT_LE(outcome.report.accuracy.max_abs_error, outcome.report.accuracy.promise);
  EXPECT_LE(outcome.report.accuracy.rms_error, outcome.report.accuracy.max_abs_error);
  // Where other rows than those of the precision were swept, they are measured by themselves.
  const int64_t measured = outcome.report.certified.largest_error ? 0 : kAccuracyPairs;
  EXPECT_EQ(outcome.report.accuracy.pairs, std::min<int64_t>(std::ssize(outcome.cosines), measured));
}

DistributionSettings many_quantiles() {
  DistributionSettings settings;
  settings.quantiles = {0.0, 1e-9, 0.001, 0.05, 0.25, 1.0 / 3.0, 0.5, 0.75, 0.9, 0.95, 0.999, 1.0 - 1e-9, 1.0};
  return settings;
}

class DistributionOf : public ::testing::TestWithParam<std::tuple<BackendCase, Precision>> {};

TEST_P(DistributionOf, FewRows) {
  const auto& [device, precision] = GetParam();
  const auto backend = device.make(2);
  for (const int64_t n : {2, 3, 4, 50, 300}) {
    SCOPED_TRACE(n);
    const Stored stored = store(with_mean_cosine(n, 24, 0.3, 2), ElementType::f32);
    const Outcome outcome = distribution_of(*backend, stored.matrix, precision, many_quantiles());
    expect_exact(outcome, many_quantiles(), n);
    EXPECT_EQ(outcome.report.sweeps, 1);
  }
}

TEST_P(DistributionOf, QuantilesBetweenTwoCosines) {
  const auto& [device, precision] = GetParam();
  const auto backend = device.make(2);
  DistributionSettings settings;
  settings.quantiles.clear();
  for (int k = 0; k <= 397; ++k) settings.quantiles.push_back(k / 397.0);
  const Stored stored = store(with_mean_cosine(20, 24, 0.3, 2), ElementType::f32);
  expect_exact(distribution_of(*backend, stored.matrix, precision, settings), settings, 20);
}

TEST_P(DistributionOf, NoPair) {
  const auto& [device, precision] = GetParam();
  const auto backend = device.make(1);
  const Stored stored = store(gaussian(1, 5, 2), ElementType::f32);
  const Outcome outcome = distribution_of(*backend, stored.matrix, precision, {});
  EXPECT_EQ(outcome.report.sweeps, 0);
  EXPECT_TRUE(std::isnan(outcome.distribution.median));
  EXPECT_TRUE(std::isnan(outcome.distribution.quantiles.front().value));
  EXPECT_TRUE(std::isnan(outcome.distribution.moments.mean));
  EXPECT_TRUE(std::isnan(outcome.distribution.extremes.min));
  EXPECT_EQ(outcome.distribution.moments.pairs, 0);
  EXPECT_EQ(outcome.distribution.histogram.counts, std::vector<uint64_t>(2048, 0));
}

// 1,450 rows: 1,050,525 pairs, just more than are kept whole.
constexpr int64_t kMany = 1450;

oracle::Table many_rows(const std::string& kind) {
  if (kind == "mean_0.3") return with_mean_cosine(kMany, 12, 0.3, 3);
  if (kind == "mean_0.99") return with_mean_cosine(kMany, 12, 0.99, 4);
  if (kind == "lattice") return lattice(kMany, 5);
  return identical(kMany, 12, 6);
}

TEST_P(DistributionOf, ManyRowsInOneSweep) {
  const auto& [device, precision] = GetParam();
  const auto backend = device.make(2);
  const std::vector<std::string> kinds = {"mean_0.3", "lattice", "mean_0.99", "identical"};
  for (const std::string& kind : std::span(kinds).first(device.slow ? 2 : kinds.size())) {
    SCOPED_TRACE(kind);
    const Stored stored = store(many_rows(kind), ElementType::f32);
    const Outcome outcome = distribution_of(*backend, stored.matrix, precision, many_quantiles());
    expect_exact(outcome, many_quantiles(), kMany);
    // Where values are dear they are counted, by 2^21 counters at a time.
    EXPECT_LE(outcome.report.sweeps, backend->keeping_cost() > 1.0 ? 4 : 1);
  }
}

TEST_P(DistributionOf, ManyRowsWithMissedBrackets) {
  const auto& [device, precision] = GetParam();
  const auto backend = device.make(2);
  const std::vector<std::string> kinds = {"mean_0.3", "lattice"};
  for (const std::string& kind : std::span(kinds).first(device.slow ? 1 : kinds.size())) {
    SCOPED_TRACE(kind);
    const Stored stored = store(many_rows(kind), ElementType::f32);
    DistributionSettings missing = many_quantiles();
    missing.bracket_errors = 0.0;
    expect_exact(distribution_of(*backend, stored.matrix, precision, missing), missing, kMany);
    DistributionSettings nothing_kept = many_quantiles();
    nothing_kept.keep_bytes = 0;
    const Outcome outcome = distribution_of(*backend, stored.matrix, precision, nothing_kept);
    expect_exact(outcome, nothing_kept, kMany);
    EXPECT_GT(outcome.report.sweeps, 1);
    // The first, then one for each 17 of at most 62 bits that cosines within a bracket of the fine grid differ in.
    EXPECT_LE(outcome.report.sweeps, 5);
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, DistributionOf,
                         ::testing::Combine(::testing::ValuesIn(devices()),
                                            ::testing::Values(Precision::single, Precision::double_, Precision::half)),
                         [](const auto& test) {
                           return std::get<0>(test.param).name + "_" + name_of(std::get<1>(test.param));
                         });

class Moments : public ::testing::TestWithParam<BackendCase> {};

TEST_P(Moments, AreThoseOfAllPairs) {
  const auto backend = GetParam().make(2);
  for (const Generator& generator : generators()) {
    for (const int64_t n : {2, 3, 40, 150}) {
      for (const int64_t d : {1, 2, 30}) {
        const Stored stored = generator.make(n, d, 5);
        Space space(*backend, stored.matrix.view);
        const PairMoments found = pair_moments(space);
        const oracle::Moments expected = oracle::moments(oracle::cosines(stored.exact));
        EXPECT_EQ(found.pairs, n * (n - 1) / 2);
        EXPECT_NEAR(found.mean, expected.mean, kMomentTolerance) << generator.name << " n " << n << " d " << d;
        EXPECT_NEAR(found.sd, expected.sd, kMomentTolerance) << generator.name << " n " << n << " d " << d;
      }
    }
  }
}

TEST_P(Moments, OfEqualCosinesHaveNoSpread) {
  const auto backend = GetParam().make(2);
  const auto sd = [&](const oracle::Table& table) {
    const Stored stored = store(table, ElementType::f64);
    Space space(*backend, stored.matrix.view);
    return pair_moments(space).sd;
  };
  for (const int64_t n : {2, 3, 10, 100, 1000, 5000}) {
    EXPECT_EQ(sd(identical(n, 17, 3)), 0.0) << n;
  }
  // Rows at right angles to each other; the corners of a simplex; parallel rows of many lengths.
  oracle::Table axes(20, 20);
  oracle::Table simplex(20, 20);
  for (int64_t i = 0; i < 20; ++i) {
    for (int64_t k = 0; k < 20; ++k) {
      axes.at(i, k) = i == k ? 1.0 : 0.0;
      simplex.at(i, k) = (i == k ? 1.0 : 0.0) - 0.05;
    }
  }
  EXPECT_EQ(sd(axes), 0.0);
  EXPECT_EQ(sd(rotated(axes, 4)), 0.0);
  EXPECT_EQ(sd(simplex), 0.0);
  oracle::Table parallel = identical(300, 17, 4);
  for (int64_t i = 0; i < parallel.rows; ++i) {
    for (int64_t k = 0; k < parallel.cols; ++k) parallel.at(i, k) *= 1.0 + 0.37 * static_cast<double>(i);
  }
  EXPECT_EQ(sd(parallel), 0.0);
}

TEST_P(Moments, OfNearlyEqualCosinesAreRight) {
  // Cosines that differ by about spread²: the textbook difference of squares would leave nothing of the spread.
  const auto backend = GetParam().make(2);
  for (const double spread : {1e-2, 1e-4, 1e-6}) {
    oracle::Table table = identical(200, 30, 3);
    const oracle::Table noise = gaussian(200, 30, 8);
    for (size_t k = 0; k < table.values.size(); ++k) table.values[k] += spread * noise.values[k];
    const Stored stored = store(table, ElementType::f64);
    Space space(*backend, stored.matrix.view);
    const PairMoments found = pair_moments(space);
    const oracle::Moments expected = oracle::moments(oracle::cosines(stored.exact));
    EXPECT_NEAR(found.mean, expected.mean, kMomentTolerance) << spread;
    EXPECT_NEAR(found.sd, expected.sd, kNearlyEqualTolerance * spread) << spread;
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, Moments, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

TEST(DistributionSettings, AreChecked) {
  const auto backend = devices().front().make(1);
  const Stored stored = store(gaussian(5, 5, 2), ElementType::f32);
  Space space(*backend, stored.matrix.view);
  const double infinity = std::numeric_limits<double>::infinity();
  const auto make = [&](const std::vector<double>& quantiles, const Histogram& histogram) {
    DistributionSettings settings;
    settings.quantiles = quantiles;
    settings.histogram = histogram;
    const DistributionAnalysis analysis(space, Precision::single, settings);
  };
  for (const double q : {-0.1, 1.1, std::nan("")}) EXPECT_THROW(make({q}, {}), InvalidUsage) << q;
  for (const Histogram& spec : {Histogram{0.5, 0.5, 3}, Histogram{0.6, 0.5, 3}, Histogram{-infinity, 1.0, 3},
                                Histogram{0.0, infinity, 3}, Histogram{0.0, std::nan(""), 3}, Histogram{-1.0, 1.0, 0},
                                Histogram{-1.0, 1.0, 65537}, Histogram{-1.7e308, 1.7e308, 3}}) {
    EXPECT_THROW(make({}, spec), InvalidUsage) << spec.lo << " " << spec.hi << " " << spec.bins;
  }
}

}  // namespace
}  // namespace gramian::testing
