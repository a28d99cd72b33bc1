// Singular values against one-sided Jacobi, which finds small ones to high relative accuracy.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/analyses/distribution/spectrum.hpp"
#include "engine/error.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

class SpectrumOf : public ::testing::TestWithParam<BackendCase> {
 protected:
  Spectrum operator()(const oracle::Table& table, const SpectrumSettings& settings) {
    const Stored stored = store(table, ElementType::f64);
    Space space(*backend_, stored.matrix.view);
    return spectrum(space, settings);
  }
  std::unique_ptr<Backend> backend_ = GetParam().make(2);
};

/// Right singular vectors: orthonormal, of the length that the values say, the largest entry positive.
void expect_vectors(const Spectrum& found, const oracle::Table& rows) {
  const DenseMatrix& v = found.vectors;
  for (int64_t a = 0; a < v.rows; ++a) {
    double largest = 0.0;
    for (int64_t c = 0; c < v.cols; ++c) largest = std::abs(v(a, c)) > std::abs(largest) ? v(a, c) : largest;
    EXPECT_GT(largest, 0.0) << a;
    for (int64_t b = 0; b < v.rows; ++b) {
      double product = 0.0;
      for (int64_t c = 0; c < v.cols; ++c) product += v(a, c) * v(b, c);
      EXPECT_NEAR(product, a == b ? 1.0 : 0.0, kOrthogonalTolerance) << a << ", " << b;
    }
    double square = 0.0;
    for (int64_t i = 0; i < rows.rows; ++i) {
      double along = 0.0;
      for (int64_t c = 0; c < v.cols; ++c) along += rows.at(i, c) * v(a, c);
      square += along * along;
    }
    EXPECT_NEAR(std::sqrt(square), found.singular_values[static_cast<size_t>(a)],
                kSingularTolerance * found.singular_values.front())
        << a;
  }
}

TEST_P(SpectrumOf, RowsOfManyShapes) {
  for (const auto& [n, d] : std::vector<std::pair<int64_t, int64_t>>{
           {1, 1}, {1, 9}, {2, 2}, {7, 7}, {9, 40}, {40, 9}, {100, 48}, {60, 49}, {150, 12}}) {
    for (const bool raw : {false, true}) {
      SCOPED_TRACE(std::to_string(n) + " x " + std::to_string(d) + (raw ? ", raw" : ""));
      const oracle::Table table = with_mean_cosine(n, d, 0.3, 3);
      const oracle::Table rows = raw ? table : oracle::unit_rows(table);
      const int64_t rank = std::min(n, d);
      const Spectrum found = (*this)(table, {.raw = raw, .vectors = rank});
      const oracle::Singular expected = oracle::singular(rows);
      ASSERT_EQ(std::ssize(found.singular_values), rank);
      for (size_t k = 0; k < expected.values.size(); ++k) {
        EXPECT_NEAR(found.singular_values[k], expected.values[k], kSingularTolerance * expected.values[0]) << k;
      }
      EXPECT_NEAR(found.effective_rank, oracle::effective_rank(expected.values), 1e-9 * static_cast<double>(rank));
      EXPECT_NEAR(found.participation_ratio, oracle::participation_ratio(expected.values),
                  1e-9 * static_cast<double>(rank));
      EXPECT_NEAR(found.condition, expected.values.front() / expected.values.back(), 1e-5 * found.condition);
      EXPECT_EQ(found.vectors.rows, rank);
      EXPECT_EQ(found.vectors.cols, d);
      expect_vectors(found, rows);
    }
  }
}

TEST_P(SpectrumOf, UnitRowsAreTheEigenvaluesOfTheCosines) {
  const oracle::Table table = with_mean_cosine(30, 8, 0.6, 3);
  const oracle::Table unit = oracle::unit_rows(table);
  oracle::Table cosines(30, 30);
  for (int64_t i = 0; i < 30; ++i) {
    for (int64_t j = 0; j < 30; ++j) {
      for (int64_t k = 0; k < 8; ++k) cosines.at(i, j) += unit.at(i, k) * unit.at(j, k);
    }
  }
  const std::vector<double> eigenvalues = oracle::eigenvalues(cosines);
  const Spectrum found = (*this)(table, {});
  double sum = 0.0;
  for (size_t k = 0; k < 8; ++k) {
    EXPECT_NEAR(found.singular_values[k] * found.singular_values[k], eigenvalues[k], 1e-12);
    sum += eigenvalues[k];
  }
  EXPECT_NEAR(sum, 30.0, 1e-12);
  for (size_t k = 8; k < 30; ++k) EXPECT_NEAR(eigenvalues[k], 0.0, 1e-12);
}

TEST_P(SpectrumOf, SmallSingularValuesSurvive) {
  // A chosen spectrum between two rotations: squares would reach 1e-18 of the largest.
  for (const auto& [n, d] : std::vector<std::pair<int64_t, int64_t>>{{60, 10}, {2500, 10}, {10, 30}}) {
    SCOPED_TRACE(std::to_string(n) + " x " + std::to_string(d));
    const int64_t rank = std::min(n, d);
    oracle::Table parts = oracle::singular(gaussian(rank, n, 5)).vectors;  // orthonormal rows of length n
    oracle::Table scaled_rows(n, d);
    for (int64_t k = 0; k < rank; ++k) {
      const double value = k + 1 == rank ? 1e-9 : 1.0 / static_cast<double>(k + 1);
      for (int64_t i = 0; i < n; ++i) scaled_rows.at(i, k) = value * parts.at(k, i);
    }
    const oracle::Table table = rotated(scaled_rows, 6);
    const Spectrum found = (*this)(table, {.raw = true, .vectors = rank});
    EXPECT_FALSE(found.from_gram);
    const oracle::Singular expected = oracle::singular(table);
    EXPECT_NEAR(expected.values.back(), 1e-9, 1e-15);
    for (size_t k = 0; k < expected.values.size(); ++k) {
      EXPECT_NEAR(found.singular_values[k] / expected.values[k], 1.0, kSmallSingularTolerance) << k;
    }
    expect_vectors(found, table);
  }
}

TEST_P(SpectrumOf, RankDeficientRows) {
  const Spectrum found = (*this)(identical(20, 5, 3), {.raw = false, .vectors = 5});
  EXPECT_NEAR(found.singular_values[0], std::sqrt(20.0), 1e-14);
  for (size_t k = 1; k < 5; ++k) EXPECT_NEAR(found.singular_values[k], 0.0, 1e-14);
  EXPECT_NEAR(found.effective_rank, 1.0, 1e-12);
  EXPECT_NEAR(found.participation_ratio, 1.0, 1e-12);
  EXPECT_GT(found.condition, 1e14);
  EXPECT_FALSE(found.from_gram);
}

TEST_P(SpectrumOf, TheUnitOfTheDataDoesNotMatter) {
  const oracle::Table table = gaussian(30, 8, 3);
  const Spectrum plain = (*this)(table, {.raw = true, .vectors = 8});
  for (const double factor : {1e-200, 1e-150, 1e150, 1e200}) {
    const Spectrum found = (*this)(scaled(table, factor), {.raw = true, .vectors = 8});
    for (size_t k = 0; k < 8; ++k) {
      EXPECT_NEAR(found.singular_values[k] / factor / plain.singular_values[k], 1.0, 1e-12) << factor;
    }
    EXPECT_NEAR(found.effective_rank, plain.effective_rank, 1e-11) << factor;
    EXPECT_NEAR(found.participation_ratio, plain.participation_ratio, 1e-11) << factor;
  }
}

TEST_P(SpectrumOf, OutOfRangeVectorsAreRefused) {
  EXPECT_THROW((*this)(gaussian(5, 8, 3), {.raw = false, .vectors = 6}), InvalidUsage);
  EXPECT_THROW((*this)(gaussian(8, 5, 3), {.raw = false, .vectors = -1}), InvalidUsage);
}

TEST_P(SpectrumOf, EighAndSvdReconstruct) {
  for (const auto& [rows, cols] :
       std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {5, 5}, {12, 7}, {7, 12}, {49, 48}}) {
    SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(cols));
    const oracle::Table table = gaussian(rows, cols, 9);
    DenseMatrix a(rows, cols);
    a.values = table.values;
    const Svd svd = backend_->svd(a);
    ASSERT_EQ(svd.u.rows, rows);
    ASSERT_EQ(svd.vt.cols, cols);
    const int64_t rank = std::min(rows, cols);
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < cols; ++j) {
        double sum = 0.0;
        for (int64_t k = 0; k < rank; ++k) sum += svd.u(i, k) * svd.values[static_cast<size_t>(k)] * svd.vt(k, j);
        EXPECT_NEAR(sum, a(i, j), kReconstructionTolerance);
      }
    }
    DenseMatrix square(cols, cols);
    oracle::Table same(cols, cols);
    for (int64_t i = 0; i < cols; ++i) {
      for (int64_t j = 0; j < cols; ++j) {
        for (int64_t k = 0; k < rows; ++k) square(i, j) += a(k, i) * a(k, j);
        same.at(i, j) = square(i, j);
      }
    }
    const Eigen eigen = backend_->eigh(square);
    const std::vector<double> expected = oracle::eigenvalues(same);
    for (int64_t i = 0; i < cols; ++i) {
      EXPECT_NEAR(eigen.values[static_cast<size_t>(i)], expected[static_cast<size_t>(i)],
                  kReconstructionTolerance * expected[0]);
      for (int64_t j = 0; j < cols; ++j) {
        double sum = 0.0;
        for (int64_t k = 0; k < cols; ++k) {
          sum += eigen.vectors(i, k) * eigen.values[static_cast<size_t>(k)] * eigen.vectors(j, k);
        }
        EXPECT_NEAR(sum, square(i, j), kReconstructionTolerance * expected[0]);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, SpectrumOf, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace gramian::testing
