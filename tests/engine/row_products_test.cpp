// Gram products through the smaller side: fewer rows than dimensions, and the other way round.

#include "engine/row_products.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "engine/analyses/distribution/centered_products.hpp"
#include "engine/error.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"

namespace gramian::testing {
namespace {

double dot(const oracle::Table& a, int64_t i, const oracle::Table& b, int64_t j) {
  long double sum = 0.0L;
  for (int64_t k = 0; k < a.cols; ++k) sum += static_cast<long double>(a.at(i, k)) * b.at(j, k);
  return static_cast<double>(sum);
}

/// Mean row of a table.
oracle::Table mean_of(const oracle::Table& table) {
  oracle::Table mean(1, table.cols);
  for (int64_t i = 0; i < table.rows; ++i) {
    for (int64_t k = 0; k < table.cols; ++k) mean.at(0, k) += table.at(i, k) / static_cast<double>(table.rows);
  }
  return mean;
}

/// Both sides of one space in the oracle's numbers.
struct Expected {
  explicit Expected(const oracle::Table& rows)
      : unit(oracle::unit_rows(rows)), mean(mean_of(unit)), centered(oracle::center(unit)) {}
  oracle::Table unit;
  oracle::Table mean;
  oracle::Table centered;
};

/// C = Σ yᵢzᵢᵀ, d1 x d2, by its definition.
oracle::Table cross_of(const Expected& a, const Expected& b) {
  oracle::Table c(a.centered.cols, b.centered.cols);
  for (int64_t r = 0; r < a.centered.rows; ++r) {
    for (int64_t i = 0; i < c.rows; ++i) {
      for (int64_t j = 0; j < c.cols; ++j) c.at(i, j) += a.centered.at(r, i) * b.centered.at(r, j);
    }
  }
  return c;
}

double form(const oracle::Table& x, int64_t i, const oracle::Table& c, const oracle::Table& z, int64_t j) {
  double sum = 0.0;
  for (int64_t k = 0; k < c.rows; ++k) {
    for (int64_t l = 0; l < c.cols; ++l) sum += x.at(i, k) * c.at(k, l) * z.at(j, l);
  }
  return sum;
}

double squares(const oracle::Table& c) {
  double sum = 0.0;
  for (const double x : c.values) sum += x * x;
  return sum;
}

class RowProducts : public ::testing::TestWithParam<BackendCase> {
 protected:
  std::unique_ptr<Backend> backend_ = GetParam().make(2);
};

TEST_P(RowProducts, AreThoseOfTheRows) {
  const Stored stored = store(with_mean_cosine(37, 300, 0.4, 3), ElementType::f32);
  Space space(*backend_, stored.matrix.view);
  const Expected expected(stored.exact);
  const DenseMatrix& products = space.centered_row_products();
  ASSERT_EQ(products.rows, 37);
  ASSERT_EQ(products.cols, 37);
  for (int64_t i = 0; i < 37; ++i) {
    for (int64_t j = 0; j < 37; ++j) {
      EXPECT_NEAR(products(i, j), dot(expected.centered, i, expected.centered, j), 1e-14) << i << " " << j;
    }
  }
}

TEST_P(RowProducts, SayWhatTheOtherSideSays) {
  constexpr int64_t kRows = 24;
  // Both wide, one of them, neither; and all cosines nearly equal, where differences would cancel.
  for (const auto& [d1, d2, mean] : {std::tuple(40, 60, 0.3), std::tuple(40, 5, 0.3), std::tuple(5, 40, 0.3),
                                     std::tuple(6, 5, 0.3), std::tuple(40, 60, 0.999999)}) {
    SCOPED_TRACE(std::to_string(d1) + " and " + std::to_string(d2));
    const Stored one = store(with_mean_cosine(kRows, d1, mean, 1), ElementType::f64);
    const Stored two = store(with_mean_cosine(kRows, d2, mean, 2), ElementType::f64);
    Space a(*backend_, one.matrix.view);
    Space b(*backend_, two.matrix.view);
    const Expected x(one.exact);
    const Expected z(two.exact);
    const double spread = 1.0 - mean;  // of all that is summed below
    const OwnProducts own = own_products(a);
    const oracle::Table own_gram = cross_of(x, x);
    double trace = 0.0;
    for (int64_t k = 0; k < own_gram.rows; ++k) trace += own_gram.at(k, k);
    EXPECT_NEAR(own.trace, trace, 1e-12 * spread * kRows);
    EXPECT_NEAR(own.squares, squares(own_gram), 1e-12 * spread * spread * kRows * kRows);
    EXPECT_NEAR(own.along_mean, form(x.mean, 0, own_gram, x.mean, 0), 1e-12 * spread);
    const CrossProducts cross = cross_products(a, b);
    const oracle::Table c = cross_of(x, z);
    EXPECT_NEAR(cross.squares, squares(c), 1e-12 * spread * spread * kRows * kRows);
    EXPECT_NEAR(cross.along_means, form(x.mean, 0, c, z.mean, 0), 1e-12 * spread);
    const std::vector<double> forms = cross_forms(a, b);
    const std::vector<double> own_forms = cross_forms(a, a);
    for (int64_t i = 0; i < kRows; ++i) {
      EXPECT_NEAR(forms[static_cast<size_t>(i)], form(x.unit, i, c, z.unit, i), 1e-12 * spread) << i;
      EXPECT_NEAR(own_forms[static_cast<size_t>(i)], form(x.unit, i, own_gram, x.unit, i), 1e-12 * spread) << i;
    }
  }
}

TEST_P(RowProducts, AskForTheSameRows) {
  const Stored one = store(gaussian(5, 8, 1), ElementType::f32);
  const Stored two = store(gaussian(6, 8, 1), ElementType::f32);
  Space a(*backend_, one.matrix.view);
  Space b(*backend_, two.matrix.view);
  EXPECT_THROW(cross_products(a, b), InvalidUsage);
  EXPECT_THROW(cross_forms(a, b), InvalidUsage);
}

INSTANTIATE_TEST_SUITE_P(Devices, RowProducts, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

TEST(RowProductsInPieces, AreTheSame) {
  // More numbers than are transposed at a time.
  constexpr int64_t kRows = 70;
  constexpr int64_t kDims = 70'000;
  const Stored stored = store(gaussian(kRows, kDims, 1), ElementType::f32);
  const std::unique_ptr<Backend> backend = devices().front().make(2);
  Space space(*backend, stored.matrix.view);
  const DenseMatrix products = row_products(*backend, space.device_rows(), space.unit());
  const oracle::Table unit = oracle::unit_rows(stored.exact);
  for (int64_t i = 0; i < kRows; i += 9) {
    EXPECT_NEAR(products(i, i), 1.0, 1e-13);
    for (int64_t j = 0; j < kRows; j += 7) EXPECT_NEAR(products(i, j), dot(unit, i, unit, j), 1e-13) << i << " " << j;
  }
}

}  // namespace
}  // namespace gramian::testing
