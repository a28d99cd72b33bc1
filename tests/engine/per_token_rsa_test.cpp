// Per-token RSA and the row-wise forms behind it, against loops over every pair.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "engine/analyses/comparison/per_token_rsa.hpp"
#include "engine/analyses/comparison/rsa.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/paired.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

class Device : public ::testing::TestWithParam<BackendCase> {};
class EveryDevice : public Device {};

/// Row `i` of the matrix of cosines without its diagonal.
std::vector<double> row_of(const std::vector<double>& cosines, int64_t n, int64_t i) {
  std::vector<double> row;
  for (int64_t j = 0; j < n; ++j) {
    const int64_t low = std::min(i, j);
    const int64_t high = std::max(i, j);
    if (i != j) row.push_back(cosines[static_cast<size_t>(low * n - low * (low + 1) / 2 + high - low - 1)]);
  }
  return row;
}

void expect_per_token(const BackendCase& device, const oracle::Table& first, const oracle::Table& second) {
  Paired spaces(device.make(2), first, second);
  const std::vector<double> r = per_token_rsa(spaces.a, spaces.b);
  const std::vector<double> s = oracle::cosines(spaces.stored_a.exact);
  const std::vector<double> t = oracle::cosines(spaces.stored_b.exact);
  ASSERT_EQ(std::ssize(r), first.rows);
  for (int64_t i = 0; i < first.rows; ++i) {
    const double expected = oracle::pearson(row_of(s, first.rows, i), row_of(t, first.rows, i));
    EXPECT_NEAR(r[static_cast<size_t>(i)], expected, kPerTokenTolerance) << "row " << i << " of " << first.rows;
  }
}

TEST_P(EveryDevice, AgreesWithEveryPair) {
  // Round the rows multiplied at a time (192) and the panels of 48.
  for (const int64_t n : {4, 5, 48, 61, 191, 192, 193}) {
    for (const auto& [d1, d2] : {std::pair<int64_t, int64_t>{7, 7}, {31, 5}, {3, 60}}) {
      const auto [first, second] = linked(n, d1, d2, 0.7, 5);
      expect_per_token(GetParam(), first, second);
    }
  }
}

TEST_P(Device, AgreesOnHardData) {
  for (const auto make : {outlier_dimensions, duplicates}) {
    expect_per_token(GetParam(), make(61, 12, 3), gaussian(61, 9, 4));
    expect_per_token(GetParam(), gaussian(61, 9, 4), make(61, 12, 3));
  }
  expect_per_token(GetParam(), with_mean_cosine(61, 12, 0.99, 3), with_mean_cosine(61, 20, 0.5, 4));
}

TEST_P(Device, ThreeItemsHaveTwoValuesARow) {
  Paired spaces(GetParam().make(1), gaussian(3, 5, 1), gaussian(3, 4, 2));
  for (const double r : per_token_rsa(spaces.a, spaces.b)) EXPECT_NEAR(std::abs(r), 1.0, kPerTokenTolerance);
}

TEST_P(Device, RotationAndScaleChangeNothing) {
  const oracle::Table first = gaussian(90, 17, 8);
  Paired spaces(GetParam().make(2), first, scaled(rotated(first, 9), 1e-3));
  for (const double r : per_token_rsa(spaces.a, spaces.b)) EXPECT_NEAR(r, 1.0, kPerTokenTolerance);
}

TEST_P(Device, ConstantRowsHaveNone) {
  // The first item is at right angles to all others; the rest is not constant.
  oracle::Table first = gaussian(40, 6, 2);
  for (int64_t k = 0; k < 6; ++k) first.at(0, k) = k == 0 ? 1.0 : 0.0;
  for (int64_t i = 1; i < 40; ++i) first.at(i, 0) = 0.0;
  const oracle::Table second = gaussian(40, 8, 3);
  Paired spaces(GetParam().make(1), first, second);
  const std::vector<double> r = per_token_rsa(spaces.a, spaces.b);
  EXPECT_TRUE(std::isnan(r[0]));
  EXPECT_EQ(std::ranges::count_if(r, [](double x) { return std::isnan(x); }), 1);

  for (const int64_t n : {3, 7, 41}) {
    Paired constant(GetParam().make(1), identical(n, 6, 5), gaussian(n, 8, 3));
    for (const double x : per_token_rsa(constant.a, constant.b)) EXPECT_TRUE(std::isnan(x)) << n;
    for (const double x : per_token_rsa(constant.b, constant.a)) EXPECT_TRUE(std::isnan(x)) << n;
  }
}

TEST_P(Device, SameBitsForAnyNumberOfThreads) {
  const auto [first, second] = linked(700, 50, 37, 0.5, 4);
  std::vector<double> one;
  for (const int threads : {1, 2, 3}) {
    Paired spaces(GetParam().make(threads), first, second);
    const std::vector<double> r = per_token_rsa(spaces.a, spaces.b);
    if (one.empty()) one = r;
    EXPECT_TRUE(one == r) << threads;
  }
}

TEST_P(Device, RefusesWhatDoesNotMatch) {
  Paired few(GetParam().make(1), gaussian(2, 5, 1), gaussian(2, 5, 2));
  EXPECT_THROW(per_token_rsa(few.a, few.b), InvalidInput);
  Paired unequal(GetParam().make(1), gaussian(5, 4, 1), gaussian(6, 4, 2));
  EXPECT_THROW(per_token_rsa(unequal.a, unequal.b), InvalidUsage);
  EXPECT_THROW(unequal.backend->row_forms(unequal.a.device_rows(), {}, {}, unequal.b.device_rows(), {}), InvalidUsage);
  Paired spaces(GetParam().make(1), gaussian(5, 4, 1), gaussian(5, 3, 2));
  EXPECT_THROW(spaces.backend->row_forms(spaces.a.device_rows(), {}, DenseMatrix(3, 4), spaces.b.device_rows(), {}),
               InvalidUsage);
}

TEST_P(Device, RowFormsOfTheIdentityPadWithZeros) {
  const oracle::Table first = gaussian(50, 9, 1);
  const oracle::Table second = gaussian(50, 4, 2);
  Paired spaces(GetParam().make(2), first, second);
  const RowForms forms = spaces.backend->row_forms(spaces.a.device_rows(), {}, {}, spaces.b.device_rows(), {});
  const RowForms swapped = spaces.backend->row_forms(spaces.b.device_rows(), {}, {}, spaces.a.device_rows(), {});
  for (int64_t i = 0; i < 50; ++i) {
    double product = 0.0;
    double square = 0.0;
    for (int64_t k = 0; k < 9; ++k) {
      const double z = k < 4 ? second.at(i, k) : 0.0;
      product += first.at(i, k) * z;
      square += (first.at(i, k) - z) * (first.at(i, k) - z);
    }
    const auto row = static_cast<size_t>(i);
    EXPECT_NEAR(forms.product[row], product, 1e-13);
    EXPECT_NEAR(forms.distance[row], std::sqrt(square), 1e-13);
    EXPECT_EQ(forms.product[row], swapped.product[row]);
    EXPECT_EQ(forms.distance[row], swapped.distance[row]);
  }
}

TEST(Ranking, OrdersByValueThenRowAndLeavesOutWhatHasNone) {
  const double none = std::nan("");
  const Ranking all = ranking({0.5, none, -1.0, 0.5, 1.0}, 10);
  EXPECT_EQ(all.lowest, (std::vector<int64_t>{2, 0, 3, 4}));
  EXPECT_EQ(all.highest, (std::vector<int64_t>{4, 0, 3, 2}));
  const Ranking two = ranking({0.5, none, -1.0, 0.5, 1.0}, 2);
  EXPECT_EQ(two.lowest, (std::vector<int64_t>{2, 0}));
  EXPECT_EQ(two.highest, (std::vector<int64_t>{4, 0}));
  EXPECT_TRUE(ranking({none}, 3).lowest.empty());
}

INSTANTIATE_TEST_SUITE_P(PerToken, Device, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });
INSTANTIATE_TEST_SUITE_P(PerToken, EveryDevice, ::testing::ValuesIn(backends()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace gramian::testing
