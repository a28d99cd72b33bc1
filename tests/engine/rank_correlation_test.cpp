// Spearman's and Kendall's correlation against counting, and the bound on what binning does to the first.

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "engine/analyses/comparison/kendall.hpp"
#include "engine/analyses/comparison/rsa.hpp"
#include "engine/analyses/comparison/spearman.hpp"
#include "engine/analyses/comparison/tied_ranks.hpp"
#include "engine/analyses/neighborhoods/similarity.hpp"
#include "engine/error.hpp"
#include "tests/oracle/exact_cosine.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"
#include "tests/support/paired.hpp"
#include "tests/support/random.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

DenseMatrix cosines_of(Space& space, Precision precision) {
  Asked analysis(Dense{});
  SweepAnalysis* const analyses[] = {&analysis};
  run_sweeps(space, precision, analyses, 0, {});
  return similarity_matrix(analysis.found(), space.size());
}

std::vector<double> triangle(const DenseMatrix& matrix) {
  std::vector<double> values;
  for (int64_t i = 0; i < matrix.rows; ++i) {
    for (int64_t j = i + 1; j < matrix.cols; ++j) values.push_back(matrix(i, j));
  }
  return values;
}

Spearman binned(Paired& spaces, Precision precision, uint64_t seed) {
  const auto bins_a = choose_rank_bins(spaces.a, precision, seed);
  Asked counts(RankCounts{choose_rank_bins(spaces.b, precision, seed)});
  SweepAnalysis* const analyses[] = {&counts};
  run_sweeps(spaces.b, precision, analyses, seed, {});
  return spearman_binned(spaces.a, *bins_a, spaces.b, counts, precision, {});
}

class SpearmanOf : public ::testing::TestWithParam<BackendCase> {
 protected:
  std::unique_ptr<Paired> spaces(const oracle::Table& a, const oracle::Table& b) {
    return std::make_unique<Paired>(GetParam().make(2), a, b);
  }
};

TEST_P(SpearmanOf, CountedRanksIsTheSame) {
  for (const int64_t n : {3, 4, 20, 61}) {
    for (const auto& [a, b] : {linked(n, 20, 7, 0.7, 3), std::pair(lattice(n, 4), duplicates(n, 5, 9)),
                               std::pair(with_mean_cosine(n, 30, 0.9, 5), lattice(n, 6))}) {
      const auto two = spaces(a, b);
      for (const Precision precision : {Precision::single, Precision::double_}) {
        const DenseMatrix s = cosines_of(two->a, precision);
        const DenseMatrix t = cosines_of(two->b, precision);
        const double expected = oracle::spearman(triangle(s), triangle(t));
        const Spearman exact = spearman_of(triangle(s), triangle(t), 0.0, 0.0);
        EXPECT_NEAR(exact.rho, expected, kRankTolerance) << n;
        EXPECT_EQ(exact.bound, 0.0);
        const Spearman found = binned(*two, precision, 1);
        EXPECT_NEAR(found.rho, expected, found.bound + kRankTolerance) << n;
      }
    }
  }
}

TEST_P(SpearmanOf, BinsKeepWithinTheirBound) {
  // 179,700 pairs, in bins that hold several each.
  for (const double link : GetParam().slow ? std::vector{0.3} : std::vector{0.0, 0.3, 3.0}) {
    const auto [a, b] = linked(600, 24, 24, link, 11);
    const auto two = spaces(a, b);
    const Spearman exact = spearman_exact(two->a, two->b, {});
    const Spearman found = binned(*two, Precision::single, 2);
    EXPECT_LE(found.bound, 1e-4) << link;
    EXPECT_GT(found.bound, 0.0) << link;
    EXPECT_NEAR(found.rho, exact.rho, found.bound) << link;
    EXPECT_GT(found.bins[0], 16384) << link;
  }
}

TEST_P(SpearmanOf, NearlyEqualCosinesAreStillTold) {
  // All cosines within some 1e-4 of each other: a few cells of the fine grid.
  const oracle::Table a = with_mean_cosine(300, 40, 0.9995, 21);
  oracle::Table b = a;
  const oracle::Table noise = gaussian(300, 40, 22);
  for (size_t k = 0; k < b.values.size(); ++k) b.values[k] += 0.01 * noise.values[k];
  const auto two = spaces(a, b);
  const Spearman exact = spearman_exact(two->a, two->b, {});
  const Spearman found = binned(*two, Precision::single, 3);
  EXPECT_NEAR(found.rho, exact.rho, found.bound);
  EXPECT_LE(found.bound, 1e-4);
}

TEST_P(SpearmanOf, SpacesOfEqualOrderIsOne) {
  const oracle::Table a = with_mean_cosine(150, 20, 0.3, 3);
  // (c + 1) / 2 of every cosine.
  const auto two = spaces(a, with_constant_column(a, 1.0));
  EXPECT_NEAR(spearman_exact(two->a, two->b, {}).rho, 1.0, kRankTolerance);
  const Spearman found = binned(*two, Precision::double_, 1);
  EXPECT_NEAR(found.rho, 1.0, found.bound);
  const auto same = spaces(a, rotated(a, 8));
  const Spearman turned = binned(*same, Precision::double_, 1);
  EXPECT_NEAR(turned.rho, 1.0, turned.bound);
}

TEST_P(SpearmanOf, ConstantCosinesIsNoNumber) {
  const auto two = spaces(identical(40, 9, 1), gaussian(40, 9, 2));
  EXPECT_TRUE(std::isnan(binned(*two, Precision::single, 1).rho));
  EXPECT_TRUE(std::isnan(spearman_exact(two->a, two->b, {}).rho));
  const auto uneven = spaces(gaussian(3, 9, 1), gaussian(4, 9, 2));
  EXPECT_THROW(spearman_exact(uneven->a, uneven->b, {}), InvalidUsage);
}

/// Cosines of 18 digits, those that are equal made so.
std::vector<double> told_apart(const oracle::Table& rows) {
  std::vector<double> all;
  for (int64_t i = 0; i < rows.rows; ++i) {
    for (int64_t j = i + 1; j < rows.rows; ++j) {
      const double* const x = rows.values.data() + i * rows.cols;
      const double* const y = rows.values.data() + j * rows.cols;
      all.push_back(static_cast<double>(std::round(oracle::exact_cosine(x, y, rows.cols) * 1e13L) * 1e-13L));
    }
  }
  return all;
}

/// Rows that are whole multiples of a few: each pair of directions has one cosine, which rounding makes several.
oracle::Table multiples(int64_t n, int64_t directions, uint64_t seed) {
  Random random(seed);
  oracle::Table rows(n, 20);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < 20; ++k) {
      rows.at(i, k) = i < directions ? static_cast<double>(random.below(15) - 7)
                                     : rows.at(i % directions, k) * static_cast<double>(i / directions + 1);
    }
  }
  return rows;
}

TEST_P(SpearmanOf, EqualCosinesAreTied) {
  if (!GetParam().name.starts_with("cpu")) return;
  const int64_t n = 45;
  for (const oracle::Table& b : {gaussian(n, 20, 2), multiples(n, 9, 3), duplicates(n, 12, 4)}) {
    const oracle::Table a = multiples(n, 6, 1);
    const auto two = spaces(a, b);
    const Spearman found = spearman_exact(two->a, two->b, {});
    EXPECT_NEAR(found.rho, oracle::spearman(told_apart(a), told_apart(b)), kRankTolerance);
    EXPECT_EQ(found.bound, 0.0);
    const Kendall tau = kendall_sample(two->a, two->b, 1 << 20, 0);
    EXPECT_NEAR(tau.tau_a, oracle::kendall_tau_a(told_apart(a), told_apart(b)), kRankTolerance);
  }
}

TEST_P(SpearmanOf, CosinesThatOnlyRoundingTellsApartIsNoNumber) {
  const auto two = spaces(multiples(30, 1, 5), gaussian(30, 9, 2));
  for (const Precision precision : {Precision::single, Precision::double_, Precision::half}) {
    EXPECT_TRUE(std::isnan(binned(*two, precision, 1).rho)) << name_of(precision);
  }
  EXPECT_TRUE(std::isnan(spearman_exact(two->a, two->b, {}).rho));
  const Rsa result = rsa(two->a, two->b);
  EXPECT_TRUE(result.constant_a);
  EXPECT_TRUE(std::isnan(result.pearson));
}

TEST(TiedRanks, AreThoseOfWhatIsEqualWithinTheTolerance) {
  const std::vector<double> values = {0.5, 0.25, 0.5 + 1e-15, 0.75, 0.25};
  const TiedRanks ranks = tied_ranks(values, 2e-15);
  EXPECT_EQ(ranks.doubled, (std::vector<int64_t>{1, -3, 1, 4, -3}));
  EXPECT_EQ(ranks.lost, 0.0);
  EXPECT_DOUBLE_EQ(ranks.variance, (1.0 + 9.0 + 1.0 + 16.0 + 9.0) / 5.0);
  // A chain whose ends differ: three ranks of which nothing is known, 2 c(c² − 1)/6 of 3.
  const std::vector<double> chain = {0.0, 1.0, 2.0};
  EXPECT_EQ(tied_ranks(chain, 1.0).doubled, (std::vector<int64_t>{0, 0, 0}));
  EXPECT_DOUBLE_EQ(tied_ranks(chain, 1.0).lost, 8.0 / 3.0);
  EXPECT_TRUE(tied_ranks({}, 1.0).doubled.empty());
}

TEST_P(SpearmanOf, TheSameSeedIsTheSameBits) {
  const auto [a, b] = linked(400, 24, 12, 0.5, 31);
  double first = 0.0;
  for (const int threads : GetParam().slow ? std::vector{1, 3} : std::vector{1, 2, 5}) {
    Paired two(GetParam().make(threads), a, b);
    const double rho = binned(two, Precision::single, 7).rho;
    if (threads == 1) first = rho;
    EXPECT_EQ(rho, first) << threads;
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, SpearmanOf, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

TEST(Kendall, IsThatOfLookingAtEveryPair) {
  for (const int64_t m : {2, 3, 10, 400}) {
    const oracle::Table values = gaussian(2, m, static_cast<uint64_t>(m));
    std::vector<double> x(values.values.begin(), values.values.begin() + m);
    std::vector<double> y(values.values.begin() + m, values.values.end());
    for (int64_t k = 0; k < m; ++k) y[static_cast<size_t>(k)] += 0.5 * x[static_cast<size_t>(k)];
    for (const double grid : {0.0, 0.5, 2.0}) {
      // Rounded to a grid there are ties, in one and in both.
      if (grid > 0.0) {
        for (double& value : x) value = std::round(value / grid) * grid;
      }
      if (grid > 1.0) {
        for (double& value : y) value = std::round(value / grid) * grid;
      }
      EXPECT_NEAR(kendall(x, y).tau_a, oracle::kendall_tau_a(x, y), 1e-15) << m << ", " << grid;
    }
  }
}

TEST(Kendall, ExtremesAndTooFew) {
  const std::vector<double> up = {1, 2, 3, 4};
  const std::vector<double> down = {4, 3, 2, 1};
  const std::vector<double> flat = {1, 1, 1, 1};
  EXPECT_EQ(kendall(up, up).tau_a, 1.0);
  EXPECT_EQ(kendall(up, down).tau_a, -1.0);
  EXPECT_EQ(kendall(up, flat).tau_a, 0.0);
  EXPECT_EQ(kendall(up, up).standard_error, 0.0);
  EXPECT_TRUE(std::isnan(kendall(std::vector<double>{1.0}, std::vector<double>{1.0}).tau_a));
  EXPECT_THROW(kendall(up, std::vector<double>{1.0}), InvalidUsage);
}

TEST(Kendall, SamplesScatterAsTheirStandardErrorSays) {
  // 124,750 pairs, of which samples take 2,000; 60 samples know their own sd to 9 %.
  const auto [a, b] = linked(500, 16, 16, 1.0, 41);
  Paired spaces(devices().front().make(2), a, b);
  const double all = kendall_sample(spaces.a, spaces.b, 124750, 0).tau_a;
  EXPECT_EQ(kendall_sample(spaces.a, spaces.b, 124750, 0).standard_error, 0.0);
  double squares = 0.0;
  double expected = 0.0;
  constexpr int kSamples = 60;
  for (int k = 0; k < kSamples; ++k) {
    const Kendall sample = kendall_sample(spaces.a, spaces.b, 2000, static_cast<uint64_t>(k));
    EXPECT_EQ(sample.pairs, 2000);
    squares += (sample.tau_a - all) * (sample.tau_a - all) / kSamples;
    expected += sample.standard_error / kSamples;
  }
  EXPECT_NEAR(std::sqrt(squares) / expected, 1.0, 0.35);
}

}  // namespace
}  // namespace gramian::testing
