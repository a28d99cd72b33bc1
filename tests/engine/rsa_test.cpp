// RSA against Pearson's correlation of two stored triangles, and the properties that define it.

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "engine/analyses/comparison/rsa.hpp"
#include "engine/error.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

class RsaOf : public ::testing::TestWithParam<BackendCase> {
 protected:
  Rsa operator()(const oracle::Table& a, const oracle::Table& b) {
    const Stored stored_a = store(a, ElementType::f64);
    const Stored stored_b = store(b, ElementType::f64);
    Space space_a(*backend_, stored_a.matrix.view);
    Space space_b(*backend_, stored_b.matrix.view);
    return rsa(space_a, space_b);
  }
  std::unique_ptr<Backend> backend_ = GetParam().make(2);
};

/// Rows that agree in part with those of `a`.
oracle::Table related(const oracle::Table& a, double noise, uint64_t seed) {
  oracle::Table b = gaussian(a.rows, a.cols, seed);
  for (size_t k = 0; k < b.values.size(); ++k) b.values[k] = a.values[k] + noise * b.values[k];
  return b;
}

TEST_P(RsaOf, IsPearsonOfTheTriangles) {
  for (const int64_t n : {3, 4, 30, 180}) {
    const oracle::Table a = with_mean_cosine(n, 20, 0.6, 3);
    for (const oracle::Table& b :
         {related(a, 0.1, 4), gaussian(n, 20, 5), gaussian(n, 7, 6), outlier_dimensions(n, 33, 7),
          with_mean_cosine(n, 20, 0.99, 8), duplicates(n, 5, 9)}) {
      const Rsa found = (*this)(a, b);
      EXPECT_NEAR(found.pearson, oracle::pearson(oracle::cosines(a), oracle::cosines(b)), kRsaTolerance)
          << n << " x " << b.cols;
      EXPECT_NEAR(found.linear_cka, oracle::linear_cka(a, b), kRsaTolerance) << n << " x " << b.cols;
      EXPECT_NEAR(found.linear_cka_unit, oracle::linear_cka(oracle::unit_rows(a), oracle::unit_rows(b)), kRsaTolerance)
          << n << " x " << b.cols;
      EXPECT_EQ(found.items, n);
      EXPECT_EQ(found.pairs, n * (n - 1) / 2);
      // Either space may come first.
      EXPECT_NEAR((*this)(b, a).pearson, found.pearson, kRsaTolerance);
    }
  }
}

TEST_P(RsaOf, DebiasedCkaIsSongsEstimator) {
  for (const int64_t n : {4, 5, 30, 180}) {
    const oracle::Table a = with_mean_cosine(n, 20, 0.6, 3);
    for (const oracle::Table& b :
         {related(a, 0.1, 4), related(a, 3.0, 5), gaussian(n, 7, 6), outlier_dimensions(n, 33, 7)}) {
      const double wanted = oracle::debiased_cka(a, b);
      const Rsa found = (*this)(a, b);
      if (std::isnan(wanted)) {
        EXPECT_TRUE(std::isnan(found.linear_cka_debiased)) << n << " x " << b.cols;
      } else {
        EXPECT_NEAR(found.linear_cka_debiased, wanted, kRsaTolerance) << n << " x " << b.cols;
      }
    }
  }
  EXPECT_TRUE(std::isnan((*this)(gaussian(3, 5, 1), gaussian(3, 5, 2)).linear_cka_debiased));
}

TEST_P(RsaOf, DebiasedCkaOfNoiseIsZeroWhereCkaIsNot) {
  constexpr int64_t kSeeds = 200;
  double sum = 0.0;
  double squares = 0.0;
  double biased = 0.0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Rsa found = (*this)(gaussian(24, 48, 2 * seed), gaussian(24, 40, 2 * seed + 1));
    sum += found.linear_cka_debiased;
    squares += found.linear_cka_debiased * found.linear_cka_debiased;
    biased += found.linear_cka;
  }
  const double mean = sum / kSeeds;
  const double standard_error = std::sqrt((squares / kSeeds - mean * mean) / kSeeds);
  EXPECT_LT(std::abs(mean), 4.0 * standard_error) << standard_error;
  EXPECT_LT(standard_error, 0.01);
  EXPECT_GT(biased / kSeeds, 0.5);
}

TEST_P(RsaOf, IgnoresAnOffsetAndAScaleOfATriangle) {
  const oracle::Table a = with_mean_cosine(120, 20, 0.3, 3);
  const oracle::Table third = related(a, 0.5, 4);
  // By definition,
  const std::vector<double> x = oracle::cosines(a);
  std::vector<double> y = oracle::cosines(third);
  const double defined = oracle::pearson(x, y);
  for (double& value : y) value = 0.5 * value + 0.3;
  EXPECT_NEAR(oracle::pearson(x, y), defined, kRsaTolerance);
  // and in the engine: a constant column makes (c + column²) / (1 + column²) of a cosine c.
  EXPECT_NEAR((*this)(a, third).pearson, defined, kRsaTolerance);
  for (const double column : {0.5, 1.0, 3.0}) {
    const oracle::Table shifted = with_constant_column(a, column);
    const std::vector<double> moved = oracle::cosines(shifted);
    for (size_t k = 0; k < x.size(); ++k) {
      ASSERT_NEAR(moved[k], (x[k] + column * column) / (1.0 + column * column), 1e-15);
    }
    EXPECT_NEAR((*this)(a, shifted).pearson, 1.0, kRsaTolerance) << column;
    EXPECT_NEAR((*this)(shifted, third).pearson, defined, kRsaTolerance) << column;
  }
}

TEST_P(RsaOf, IgnoresRotationAndLengths) {
  const oracle::Table a = gaussian(80, 16, 3);
  oracle::Table longer = a;
  for (int64_t i = 0; i < a.rows; ++i) {
    for (int64_t k = 0; k < a.cols; ++k) longer.at(i, k) *= 1.0 + static_cast<double>(i);
  }
  EXPECT_NEAR((*this)(a, a).pearson, 1.0, kRsaTolerance);
  EXPECT_NEAR((*this)(a, rotated(a, 4)).pearson, 1.0, kRsaTolerance);
  EXPECT_NEAR((*this)(a, rotated(a, 4)).linear_cka, 1.0, kRsaTolerance);
  EXPECT_NEAR((*this)(a, longer).pearson, 1.0, kRsaTolerance);
}

TEST_P(RsaOf, IndependentSpacesIsNearZero) {
  constexpr int64_t n = 300;
  for (const int64_t d : {10, 300}) {
    const Rsa found = (*this)(gaussian(n, d, 100), gaussian(n, 2 * d, 200));
    EXPECT_LT(std::abs(found.pearson), 4.0 / std::sqrt(static_cast<double>(n) * (n - 1) / 2)) << d;
    // Cosines of random vectors: mean 0, variance 1/d. Their sd over p pairs is known to about 1/sqrt(2p) of itself.
    const double expected = 1.0 / std::sqrt(static_cast<double>(d));
    EXPECT_NEAR(found.a.sd, expected, expected * 0.02) << d;
    EXPECT_NEAR(found.a.mean, 0.0, 4.0 * expected / std::sqrt(static_cast<double>(n))) << d;
  }
}

TEST_P(RsaOf, AConstantTriangleIsNoNumber) {
  const oracle::Table a = gaussian(60, 16, 3);
  const Rsa first = (*this)(identical(60, 9, 1), a);
  EXPECT_TRUE(std::isnan(first.pearson));
  EXPECT_TRUE(first.constant_a);
  EXPECT_FALSE(first.constant_b);
  EXPECT_TRUE(std::isnan(first.linear_cka)) << first.linear_cka;
  EXPECT_TRUE(std::isnan(first.linear_cka_unit)) << first.linear_cka_unit;
  const Rsa second = (*this)(a, identical(60, 9, 1));
  EXPECT_TRUE(std::isnan(second.pearson));
  EXPECT_FALSE(second.constant_a);
  EXPECT_TRUE(second.constant_b);
  oracle::Table axes(16, 16);
  for (int64_t i = 0; i < 16; ++i) axes.at(i, i) = 1.0 + static_cast<double>(i);
  const Rsa third = (*this)(axes, gaussian(16, 4, 2));
  EXPECT_TRUE(std::isnan(third.pearson));
  EXPECT_TRUE(third.constant_a);
}

TEST_P(RsaOf, TooFewOrDifferentItemsIsRefused) {
  EXPECT_THROW((*this)(gaussian(2, 5, 1), gaussian(2, 5, 2)), InvalidInput);
  EXPECT_THROW((*this)(gaussian(5, 5, 1), gaussian(6, 5, 2)), InvalidUsage);
}

INSTANTIATE_TEST_SUITE_P(Devices, RsaOf, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace gramian::testing
