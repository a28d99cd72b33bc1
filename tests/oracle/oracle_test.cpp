// The oracle itself, on what can be worked out by hand or is printed by numpy.

#include "tests/oracle/oracle.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

namespace oracle {
namespace {

Table table(int64_t rows, int64_t cols, std::vector<double> values) {
  Table result(rows, cols);
  result.values = std::move(values);
  return result;
}

TEST(Oracle, Cosines) {
  const Table rows = table(4, 2, {3.0, 0.0, 0.0, 1e-200, 1e200, 1e200, -2.0, 0.0});
  const std::vector<double> all = cosines(rows);
  ASSERT_EQ(all.size(), 6u);
  const double half = std::sqrt(0.5);
  const double expected[] = {0.0, half, -1.0, half, 0.0, -half};
  for (size_t k = 0; k < 6; ++k) EXPECT_NEAR(all[k], expected[k], 1e-16) << k;
  EXPECT_EQ(smallest(all, 4).i, 0);
  EXPECT_EQ(smallest(all, 4).j, 3);
  EXPECT_EQ(largest(all, 4).j, 2);
}

TEST(Oracle, HistogramAndQuantilesAreNumpys) {
  // numpy.histogram([-1, -.5, 0, .25, .5, .75, 1, 1.5], 4, (-.5, 1))[0]: [1, 1, 2, 2]
  const std::vector<double> x = {-1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5};
  const Histogram counts = histogram(x, -0.5, 1.0, 4);
  EXPECT_EQ(counts.counts, (std::vector<uint64_t>{1, 1, 2, 2}));
  EXPECT_EQ(counts.below, 1u);
  EXPECT_EQ(counts.above, 1u);
  // numpy.quantile([1, 2, 4, 8], q)
  EXPECT_EQ(quantile({1.0, 2.0, 4.0, 8.0}, 0.0), 1.0);
  EXPECT_EQ(quantile({1.0, 2.0, 4.0, 8.0}, 0.5), 3.0);
  EXPECT_EQ(quantile({1.0, 2.0, 4.0, 8.0}, 0.25), 1.75);
  EXPECT_EQ(quantile({1.0, 2.0, 4.0, 8.0}, 0.9), 6.800000000000001);
  EXPECT_EQ(quantile({1.0, 2.0, 4.0, 8.0}, 1.0), 8.0);
}

TEST(Oracle, Softmax) {
  EXPECT_EQ(products(table(2, 2, {1.0, 2.0, 3.0, 4.0}), {10.0, 1.0}), (std::vector<double>{12.0, 34.0}));
  // scipy.special.softmax([1, 2, 4])
  const Softmax all = softmax({2.0, 4.0, 8.0}, 2.0);
  const double expected[] = {0.04201006613406605, 0.11419519938459449, 0.8437947344813395};
  for (size_t k = 0; k < 3; ++k) EXPECT_NEAR(all.probabilities[k], expected[k], 1e-16) << k;
  EXPECT_NEAR(all.entropy, 0.5242666167276728, 1e-15);
  EXPECT_NEAR(softmax({1e5, 1e5}, 1.0).entropy, std::log(2.0), 1e-16);
  EXPECT_EQ(softmax({0.0, -1e6}, 1.0).entropy, 0.0);
}

TEST(Oracle, AverageLinkage) {
  // scipy.cluster.hierarchy.linkage(squareform(1 - s), "average")
  const Table s = table(4, 4, {1, 0.75, 0.5, 0, 0.75, 1, 0.25, 0, 0.5, 0.25, 1, -0.5, 0, 0, -0.5, 1});
  const std::vector<Joined> joined = average_linkage(s);
  ASSERT_EQ(joined.size(), 3u);
  const Joined expected[] = {{0, 1, 0.25}, {2, 4, 0.625}, {3, 5, 3.5 / 3.0}};
  for (size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(joined[k].a, expected[k].a) << k;
    EXPECT_EQ(joined[k].b, expected[k].b) << k;
    EXPECT_NEAR(joined[k].height, expected[k].height, 1e-15) << k;
  }
}

TEST(Oracle, Statistics) {
  EXPECT_EQ(moments({1.0, 2.0, 3.0, 4.0}).mean, 2.5);
  EXPECT_NEAR(moments({1.0, 2.0, 3.0, 4.0}).sd, std::sqrt(1.25), 1e-16);
  EXPECT_NEAR(pearson({1.0, 2.0, 3.0}, {2.0, 4.0, 6.5}), 0.9979487157886733, 1e-15);
  EXPECT_TRUE(std::isnan(pearson({1.0, 1.0}, {2.0, 4.0})));
  const Table x = table(3, 2, {1.0, 2.0, 0.0, -1.0, 5.0, 0.5});
  EXPECT_NEAR(linear_cka(x, x), 1.0, 1e-15);
  EXPECT_NEAR(effective_rank({1.0, 1.0, 1.0, 0.0}), 3.0, 1e-15);
  EXPECT_NEAR(participation_ratio({2.0, 2.0, 0.0}), 2.0, 1e-15);
}

TEST(Oracle, Decompositions) {
  const std::vector<double> values = eigenvalues(table(2, 2, {2.0, 1.0, 1.0, 2.0}));
  EXPECT_NEAR(values[0], 3.0, 1e-15);
  EXPECT_NEAR(values[1], 1.0, 1e-15);
  for (const Table& a : {table(2, 3, {3.0, 2.0, 2.0, 2.0, 3.0, -2.0}), table(3, 2, {3.0, 2.0, 2.0, 3.0, 2.0, -2.0})}) {
    const Singular parts = singular(a);
    ASSERT_EQ(parts.values.size(), 2u);
    EXPECT_NEAR(parts.values[0], 5.0, 1e-15);
    EXPECT_NEAR(parts.values[1], 3.0, 1e-15);
    EXPECT_EQ(parts.vectors.cols, a.cols);
  }
  const Table flat = remove_top(table(3, 2, {0.0, 1.0, 1.0, 2.0, 2.0, 3.0}), 1);
  for (const double x : flat.values) EXPECT_NEAR(x, 0.0, 1e-15);
}

}  // namespace
}  // namespace oracle
