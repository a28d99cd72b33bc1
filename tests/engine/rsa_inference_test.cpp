// The permutation test and the bootstrap, against the same replicates computed pair by pair.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "engine/analyses/comparison/rsa_inference.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/paired.hpp"
#include "tests/support/random.hpp"
#include "tests/support/replicates.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

class Device : public ::testing::TestWithParam<BackendCase> {};

PermutationTest test_of(Paired& spaces, const PermutationSettings& settings) {
  return permutation_test(spaces.a, spaces.b, rsa(spaces.a, spaces.b), settings, {});
}

TEST_P(Device, NullIsThatOfTheRelabelledTriangles) {
  for (const int64_t n : {3, 4, 20, 61}) {
    for (const auto& [d1, d2] : {std::pair<int64_t, int64_t>{6, 6}, {50, 3}, {2, 49}}) {
      const auto [first, second] = linked(n, d1, d2, 1.0, 3);
      Paired spaces(GetParam().make(2), first, second);
      const PermutationTest test = test_of(spaces, {.permutations = 20, .seed = 9});
      const std::vector<double> s = oracle::cosines(first);
      const std::vector<double> t = oracle::cosines(second);
      const double observed = oracle::pearson(s, t);
      int64_t reached = 0;
      std::vector<double> expected;
      for (int64_t k = 0; k < 20; ++k) {
        expected.push_back(relabelled(s, t, permutation(n, 9, k)));
        reached += expected.back() >= observed - 1e-12;
        EXPECT_NEAR(test.null[static_cast<size_t>(k)], expected.back(), kReplicateTolerance) << n << " " << d1;
      }
      EXPECT_EQ(test.reached, reached) << n << " " << d1;
      EXPECT_DOUBLE_EQ(test.p_value, (1.0 + static_cast<double>(reached)) / 21.0);
      const oracle::Moments moments = oracle::moments(expected);
      EXPECT_NEAR(test.mean, moments.mean, kReplicateTolerance);
      EXPECT_NEAR(test.sd, moments.sd, kReplicateTolerance);
    }
  }
}

TEST_P(Device, BootstrapIsThatOfTheWeightedTriangles) {
  for (const int64_t n : {3, 4, 20, 61}) {
    for (const auto& [d1, d2] : {std::pair<int64_t, int64_t>{6, 6}, {50, 3}, {2, 49}}) {
      const auto [first, second] = linked(n, d1, d2, 1.0, 3);
      Paired spaces(GetParam().make(2), first, second);
      const BootstrapInterval interval = bootstrap_interval(spaces.a, spaces.b, {.replicates = 20, .seed = 5}, {});
      const std::vector<double> s = oracle::cosines(first);
      const std::vector<double> t = oracle::cosines(second);
      std::vector<double> defined;
      for (int64_t k = 0; k < 20; ++k) {
        const double expected = weighted(s, t, bootstrap_weights(n, 5, k));
        const double found = interval.values[static_cast<size_t>(k)];
        EXPECT_EQ(std::isnan(found), std::isnan(expected)) << n << " " << d1 << " replicate " << k;
        if (std::isnan(expected)) continue;
        EXPECT_NEAR(found, expected, kReplicateTolerance) << n << " " << d1 << " replicate " << k;
        defined.push_back(expected);
      }
      EXPECT_EQ(interval.undefined, 20 - std::ssize(defined));
      if (defined.empty()) continue;
      std::ranges::sort(defined);
      EXPECT_NEAR(interval.low, oracle::quantile(defined, 0.025), kReplicateTolerance);
      EXPECT_NEAR(interval.high, oracle::quantile(defined, 0.975), kReplicateTolerance);
      EXPECT_NEAR(interval.sd, oracle::moments(defined).sd, kReplicateTolerance);
    }
  }
}

TEST_P(Device, SingleProductsAreCloseEnough) {
  const int64_t n = kSmallInference + 7;
  for (const double mean_cosine : {0.1, 0.95}) {
    oracle::Table second = with_mean_cosine(n, 53, mean_cosine, 6);
    const oracle::Table first = with_mean_cosine(n, 40, mean_cosine, 7);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t k = 0; k < 40; ++k) second.at(i, k) += 0.5 * first.at(i, k);
    }
    Paired spaces(GetParam().make(2), first, second);
    const PermutationTest one = test_of(spaces, {.permutations = 3, .precision = Precision::single});
    const PermutationTest two = test_of(spaces, {.permutations = 3, .precision = Precision::double_});
    BootstrapSettings settings{.replicates = 3};
    const BootstrapInterval single = bootstrap_interval(spaces.a, spaces.b, settings, {});
    settings.precision = Precision::double_;
    const BootstrapInterval exact = bootstrap_interval(spaces.a, spaces.b, settings, {});
    for (size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(one.null[k], two.null[k], kSinglePermutationTolerance);
      EXPECT_NEAR(single.values[k], exact.values[k], kSingleBootstrapTolerance);
    }
  }
}

/// Largest distance between an empirical distribution and the uniform one.
double uniform_distance(std::vector<double> p) {
  std::ranges::sort(p);
  double worst = 0.0;
  const auto n = static_cast<double>(p.size());
  for (size_t k = 0; k < p.size(); ++k) {
    const auto rank = static_cast<double>(k);
    worst = std::max({worst, (rank + 1.0) / n - p[k], p[k] - rank / n});
  }
  return worst;
}

TEST_P(Device, IndependentSpacesGiveUniformPValues) {
  std::vector<double> upper;
  std::vector<double> both;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Paired spaces(GetParam().make(1), gaussian(12, 5, 1000 + seed), gaussian(12, 7, 5000 + seed));
    upper.push_back(test_of(spaces, {.permutations = 99, .seed = seed}).p_value);
    both.push_back(test_of(spaces, {.permutations = 99, .seed = seed, .two_sided = true}).p_value);
  }
  // Kolmogorov's 1 % point for 200 values, and a step of the p-values.
  EXPECT_LT(uniform_distance(upper), 1.63 / std::sqrt(200.0) + 0.01);
  EXPECT_LT(uniform_distance(both), 1.63 / std::sqrt(200.0) + 0.01);
}

TEST_P(Device, LinkedSpacesGiveTheSmallestPValue) {
  const auto [first, second] = linked(100, 20, 30, 2.0, 1);
  Paired spaces(GetParam().make(2), first, second);
  EXPECT_DOUBLE_EQ(test_of(spaces, {.permutations = 199}).p_value, 1.0 / 200.0);
  // The other side of an upper test, which a two-sided one sees as well.
  Rsa opposite = rsa(spaces.a, spaces.b);
  opposite.pearson = -opposite.pearson;
  EXPECT_DOUBLE_EQ(permutation_test(spaces.a, spaces.b, opposite, {.permutations = 199}, {}).p_value, 1.0);
  EXPECT_DOUBLE_EQ(permutation_test(spaces.a, spaces.b, opposite, {.permutations = 199, .two_sided = true}, {}).p_value,
                   1.0 / 200.0);
}

TEST_P(Device, RelabellingsThatChangeNothingCountAsReached) {
  // Three items have six relabellings; with n = 3 and a space against itself the identity comes up again and again.
  const oracle::Table table = gaussian(3, 4, 2);
  Paired spaces(GetParam().make(1), table, table);
  const PermutationTest test = test_of(spaces, {.permutations = 600});
  EXPECT_NEAR(static_cast<double>(test.reached), 100.0, 40.0);
}

TEST_P(Device, IntervalCoversThePopulation) {
  const auto [all, all_linked] = linked(3000, 6, 8, 0.6, 77);
  Paired population(GetParam().make(2), all, all_linked);
  const double truth = rsa(population.a, population.b).pearson;
  int64_t covered = 0;
  constexpr int64_t kSets = 100;
  Random random(4);
  for (int64_t set = 0; set < kSets; ++set) {
    std::vector<int64_t> rows(3000);
    std::iota(rows.begin(), rows.end(), 0);
    random.shuffle(rows);
    rows.resize(120);
    Paired spaces(GetParam().make(2), selected(all, rows), selected(all_linked, rows));
    const BootstrapInterval interval =
        bootstrap_interval(spaces.a, spaces.b, {.replicates = 200, .seed = static_cast<uint64_t>(set)}, {});
    covered += interval.low <= truth && truth <= interval.high;
  }
  // A percentile interval is a little short; four standard errors of 95 in 100 below it is 86.
  EXPECT_GE(covered, 86);
}

TEST_P(Device, SameBitsForAnyNumberOfThreads) {
  for (const int64_t n : {300, 2100}) {
    const auto [first, second] = linked(n, 50, 37, 0.5, 4);
    std::vector<double> null;
    std::vector<double> values;
    for (const int threads : {1, 2, 3}) {
      Paired spaces(GetParam().make(threads), first, second);
      const PermutationTest test = test_of(spaces, {.permutations = 7, .seed = 1});
      const BootstrapInterval interval = bootstrap_interval(spaces.a, spaces.b, {.replicates = 7, .seed = 1}, {});
      if (null.empty()) null = test.null;
      if (values.empty()) values = interval.values;
      EXPECT_TRUE(null == test.null) << n << " " << threads;
      EXPECT_TRUE(values == interval.values) << n << " " << threads;
    }
  }
}

TEST_P(Device, ConstantTrianglesHaveNoPValue) {
  Paired spaces(GetParam().make(1), identical(10, 4, 1), gaussian(10, 4, 2));
  EXPECT_TRUE(std::isnan(test_of(spaces, {.permutations = 9}).p_value));
  const BootstrapInterval interval = bootstrap_interval(spaces.a, spaces.b, {.replicates = 9}, {});
  EXPECT_EQ(interval.undefined, 9);
  EXPECT_TRUE(std::isnan(interval.low) && std::isnan(interval.high) && std::isnan(interval.sd));
}

TEST_P(Device, ReportsProgressAndStops) {
  const auto [first, second] = linked(64, 9, 8, 0.5, 4);
  Paired spaces(GetParam().make(2), first, second);
  const Rsa observed = rsa(spaces.a, spaces.b);
  int64_t last = 0;
  int64_t total = 0;
  Progress progress;
  progress.report = [&](int64_t done, int64_t of) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, of);
    last = done;
    total = of;
  };
  permutation_test(spaces.a, spaces.b, observed, {.permutations = 50}, progress);
  EXPECT_EQ(total, 50);
  last = 0;
  bootstrap_interval(spaces.a, spaces.b, {.replicates = 50}, progress);
  EXPECT_EQ(total, 150);
  int64_t asked = 0;
  progress.report = {};
  progress.cancelled = [&] { return ++asked > 3; };
  EXPECT_THROW(permutation_test(spaces.a, spaces.b, observed, {.permutations = 5000}, progress), Interrupted);
  EXPECT_THROW(bootstrap_interval(spaces.a, spaces.b, {.replicates = 5000}, progress), Interrupted);
}

TEST_P(Device, RefusesWhatMakesNoSense) {
  Paired spaces(GetParam().make(1), gaussian(9, 4, 1), gaussian(9, 4, 2));
  EXPECT_THROW(test_of(spaces, {.permutations = 0}), InvalidUsage);
  EXPECT_THROW(bootstrap_interval(spaces.a, spaces.b, {.replicates = 0}, {}), InvalidUsage);
  EXPECT_THROW(bootstrap_interval(spaces.a, spaces.b, {.confidence = 1.0}, {}), InvalidUsage);
  Paired few(GetParam().make(1), gaussian(2, 5, 1), gaussian(2, 5, 2));
  EXPECT_THROW(bootstrap_interval(few.a, few.b, {.replicates = 5}, {}), InvalidInput);
  const ResampledSide side{&spaces.a.device_rows(), &spaces.a.unit(), nullptr};
  const auto out_of_range = [](int64_t, Resample& terms) { terms.left = {0, 9}; };
  const auto uneven = [](int64_t, Resample& terms) { terms.weights = {1.0}; };
  const auto ignore = [](int64_t, const DenseMatrix&) {};
  EXPECT_THROW(spaces.backend->resampled_grams(side, side, Precision::single, {1, out_of_range, ignore}, {}),
               InvalidUsage);
  EXPECT_THROW(spaces.backend->resampled_grams(side, side, Precision::single, {1, uneven, ignore}, {}), InvalidUsage);
}

TEST_P(Device, ResampledProductsWithAppendedColumns) {
  // Round a block of terms (256) and what is summed before it is added up (2048).
  for (const int64_t terms : {1, 255, 256, 257, 2048, 2049}) {
    const oracle::Table first = gaussian(60, 47, 1);
    const oracle::Table second = gaussian(60, 5, 2);
    Paired spaces(GetParam().make(1), first, second);
    DenseMatrix appended(60, 2);
    for (int64_t i = 0; i < 60; ++i) appended(i, 1) = static_cast<double>(i);
    Random random(3);
    Resample drawn;
    for (int64_t k = 0; k < terms; ++k) {
      drawn.left.push_back(random.below(60));
      drawn.right.push_back(random.below(60));
      drawn.weights.push_back(random.uniform());
    }
    const RowTransform plain;
    for (const bool symmetric : {false, true}) {
      const ResampledSide a{&spaces.a.device_rows(), &plain, &appended};
      const ResampledSide b = symmetric ? a : ResampledSide{&spaces.b.device_rows(), &plain, nullptr};
      if (symmetric) drawn.right.clear();
      const auto value = [&](const oracle::Table& table, int64_t row, int64_t k) {
        return k < table.cols ? table.at(row, k) : appended(row, k - table.cols);
      };
      spaces.backend->resampled_grams(a, b, Precision::double_,
                                      {1, [&](int64_t, Resample& out) { out = drawn; },
                                       [&](int64_t, const DenseMatrix& product) {
                                         ASSERT_EQ(product.rows, 49);
                                         ASSERT_EQ(product.cols, symmetric ? 49 : 5);
                                         for (int64_t i = 0; i < product.rows; ++i) {
                                           for (int64_t j = 0; j < product.cols; ++j) {
                                             double sum = 0.0;
                                             double size = 1.0;
                                             for (size_t k = 0; k < drawn.left.size(); ++k) {
                                               const int64_t row = symmetric ? drawn.left[k] : drawn.right[k];
                                               const double term = drawn.weights[k] * value(first, drawn.left[k], i) *
                                                                   value(symmetric ? first : second, row, j);
                                               sum += term;
                                               size += std::abs(term);
                                             }
                                             ASSERT_NEAR(product(i, j), sum, 1e-14 * size)
                                                 << terms << " " << i << " " << j;
                                           }
                                         }
                                       }},
                                      {});
    }
  }
}

// As a second implementation, in Python, draws them.
TEST(Draws, AreTheSameOnEveryMachine) {
  EXPECT_EQ(permutation(8, 1, 0), (std::vector<int64_t>{4, 6, 7, 5, 2, 0, 3, 1}));
  EXPECT_EQ(bootstrap_weights(8, 1, 0), (std::vector<int64_t>{1, 1, 1, 1, 2, 1, 0, 1}));
  EXPECT_NE(permutation(8, 1, 1), permutation(8, 1, 0));
  EXPECT_NE(permutation(8, 2, 0), permutation(8, 1, 0));
}

INSTANTIATE_TEST_SUITE_P(Inference, Device, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace gramian::testing
