// RSA of dissimilarities that are given, against the same computed pair by pair.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/analyses/comparison/dissimilarities.hpp"
#include "engine/error.hpp"
#include "tests/support/paired.hpp"
#include "tests/support/replicates.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

/// 1 - cosine.
Dissimilarities distances(const oracle::Table& table, int64_t n) {
  Dissimilarities found{n, oracle::cosines(table)};
  for (double& x : found.pairs) x = 1.0 - x;
  return found;
}

TEST(Dissimilarities, CorrelationAndReplicatesAreThoseOfThePairs) {
  for (const int64_t n : {3, 4, 20, 61}) {
    const auto [first, second] = linked(n, 6, 5, 1.0, 3);
    const Dissimilarities a = distances(first, n);
    const Dissimilarities b = distances(second, n);
    const double observed = pearson(a, b);
    EXPECT_NEAR(observed, oracle::pearson(a.pairs, b.pairs), kRsaTolerance) << n;
    for (const int threads : {1, 3}) {
      const PermutationTest test = permutation_test(a, b, observed, {.permutations = 20, .seed = 9}, threads, {});
      const BootstrapInterval interval = bootstrap_interval(a, b, {.replicates = 20, .seed = 5}, threads, {});
      int64_t reached = 0;
      for (int64_t k = 0; k < 20; ++k) {
        const double null = relabelled(a.pairs, b.pairs, permutation(n, 9, k));
        reached += null >= observed - 1e-12 ? 1 : 0;
        EXPECT_NEAR(test.null[static_cast<size_t>(k)], null, kReplicateTolerance) << n;
        const double drawn = weighted(a.pairs, b.pairs, bootstrap_weights(n, 5, k));
        const double found = interval.values[static_cast<size_t>(k)];
        EXPECT_EQ(std::isnan(found), std::isnan(drawn)) << n << " replicate " << k;
        if (!std::isnan(drawn)) {
          EXPECT_NEAR(found, drawn, kReplicateTolerance) << n << " replicate " << k;
        }
      }
      EXPECT_EQ(test.reached, reached);
      EXPECT_DOUBLE_EQ(test.p_value, (1.0 + static_cast<double>(reached)) / 21.0);
    }
  }
}

TEST(Dissimilarities, ConstantOnesHaveNoCorrelation) {
  const Dissimilarities flat{4, std::vector<double>(6, 0.1)};
  const Dissimilarities other{4, {1, 2, 3, 4, 5, 6}};
  EXPECT_TRUE(std::isnan(pearson(flat, other)));
  EXPECT_TRUE(std::isnan(permutation_test(flat, other, std::nan(""), {.permutations = 3}, 1, {}).p_value));
  EXPECT_EQ(bootstrap_interval(flat, other, {.replicates = 3}, 1, {}).undefined, 3);
  EXPECT_THROW(pearson(flat, Dissimilarities{3, {1, 2, 3}}), InvalidUsage);
  EXPECT_THROW(pearson(Dissimilarities{2, {1}}, Dissimilarities{2, {1}}), InvalidInput);
}

TEST(Dissimilarities, ReadsSquaresAndVectorsAlike) {
  const std::vector<double> pairs = {1, 2, 3, 4, 5, 6};
  const std::vector<double> square = {0, 1, 2, 3, 1, 0, 4, 5, 2, 4, 0, 6, 3, 5, 6, 0};
  for (const Matrix& matrix : {make_matrix(pairs, 1, 6), make_matrix(square, 4, 4)}) {
    const Dissimilarities read = read_dissimilarities(matrix.view);
    EXPECT_EQ(read.items, 4);
    EXPECT_EQ(read.pairs, pairs);
    EXPECT_EQ(read(2, 1), 4.0);
    EXPECT_EQ(read(3, 3), 0.0);
    const std::vector<int64_t> rows = {3, 0, 2};
    EXPECT_EQ(select(read, rows).pairs, (std::vector<double>{3, 6, 2}));
  }
}

void expect_refused(std::vector<double> values, int64_t rows, int64_t cols, const std::string& words) {
  try {
    read_dissimilarities(make_matrix(std::move(values), rows, cols).view);
    FAIL() << words;
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
  }
}

TEST(Dissimilarities, RefusesWhatIsNone) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  expect_refused({1, 2, 3, 4}, 1, 4, "4 values");
  expect_refused({1, nan, 3}, 1, 3, "value 1 holds NaN");
  expect_refused({0, 1, 1, 0, 1, 1}, 2, 3, "2 x 3");
  expect_refused({0, 1, 1.1, 0}, 2, 2, "not symmetric: 1.1 at row 1, column 0, 1 at row 0, column 1");
  expect_refused({1, 0.5, 0.5, 1}, 2, 2, "is 1 at row 0, column 0");
  expect_refused({0, nan, nan, 0}, 2, 2, "row 0, column 1 holds NaN");
}

}  // namespace
}  // namespace gramian::testing
