// Eigenvalues and singular values that a device inherits, which has neither of its own.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/error.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/data.hpp"
#include "tests/support/plain_backend.hpp"

namespace gramian::testing {
namespace {

DenseMatrix dense(const oracle::Table& table) {
  DenseMatrix matrix(table.rows, table.cols);
  matrix.values = table.values;
  return matrix;
}

double largest(const DenseMatrix& matrix) {
  double most = 0.0;
  for (const double x : matrix.values) most = std::max(most, std::abs(x));
  return most;
}

/// Row a of one with row b of the other, or columns.
template <class A, class B>
double product(int64_t count, A a, B b) {
  double sum = 0.0;
  for (int64_t k = 0; k < count; ++k) sum += a(k) * b(k);
  return sum;
}

void expect_svd(const DenseMatrix& a) {
  const Svd found = make_plain_backend()->svd(a);
  const int64_t r = std::min(a.rows, a.cols);
  ASSERT_EQ(std::ssize(found.values), r);
  ASSERT_TRUE(std::ranges::is_sorted(found.values, std::greater<>()));
  const double tolerance = 1e-14 * static_cast<double>(std::max<int64_t>(a.rows + a.cols, 1)) * (largest(a) + 1e-300);
  for (int64_t i = 0; i < a.rows; ++i) {
    for (int64_t j = 0; j < a.cols; ++j) {
      const double back = product(
          r, [&](int64_t k) { return found.u(i, k) * found.values[static_cast<size_t>(k)]; },
          [&](int64_t k) { return found.vt(k, j); });
      ASSERT_NEAR(back, a(i, j), tolerance) << i << ", " << j;
    }
  }
  for (int64_t p = 0; p < r; ++p) {
    for (int64_t q = 0; q < r; ++q) {
      const double wanted = p == q ? 1.0 : 0.0;
      ASSERT_NEAR(product(a.rows, [&](int64_t i) { return found.u(i, p); }, [&](int64_t i) { return found.u(i, q); }),
                  wanted, 1e-13);
      ASSERT_NEAR(product(a.cols, [&](int64_t j) { return found.vt(p, j); }, [&](int64_t j) { return found.vt(q, j); }),
                  wanted, 1e-13);
    }
  }
}

TEST(InheritedSvd, OfEveryShapeAndRank) {
  for (const int64_t rows : {0, 1, 2, 7, 40}) {
    for (const int64_t cols : {0, 1, 3, 40, 41}) {
      SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(cols));
      DenseMatrix a = dense(gaussian(rows, cols, 7));
      expect_svd(a);
      for (double& x : a.values) x = std::ldexp(x, -900);
      expect_svd(a);
      for (double& x : a.values) x = std::ldexp(x, 1700);
      expect_svd(a);
      for (double& x : a.values) x = 0.0;
      expect_svd(a);
      // Of rank 1, and graded over many orders of magnitude.
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < cols; ++j) a(i, j) = static_cast<double>((i + 1) * (j - 2));
      }
      expect_svd(a);
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < cols; ++j) {
          a(i, j) = std::pow(10.0, -static_cast<double>(i)) * std::cos(static_cast<double>(i * 3 + j * j));
        }
      }
      expect_svd(a);
    }
  }
}

TEST(InheritedEigenvalues, SolveTheirEquations) {
  for (const int64_t m : {0, 1, 2, 3, 17, 60}) {
    const oracle::Table rows = gaussian(m + 5, m, 3);
    DenseMatrix a(m, m);
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < m; ++j) {
        a(i, j) = product(rows.rows, [&](int64_t r) { return rows.at(r, i); }, [&](int64_t r) { return rows.at(r, j); });
        a(i, j) -= i == j ? 20.0 : 0.0;  // of either sign
      }
    }
    const Eigen found = make_plain_backend()->eigh(a);
    ASSERT_EQ(std::ssize(found.values), m);
    ASSERT_TRUE(std::ranges::is_sorted(found.values, std::greater<>()));
    const double tolerance = 1e-14 * static_cast<double>(m) * (largest(a) + 1.0);
    for (int64_t k = 0; k < m; ++k) {
      const auto vector = [&](int64_t i) { return found.vectors(i, k); };
      EXPECT_NEAR(product(m, vector, vector), 1.0, 1e-13);
      for (int64_t i = 0; i < m; ++i) {
        const double mapped = product(m, [&](int64_t j) { return a(i, j); }, vector);
        ASSERT_NEAR(mapped, found.values[static_cast<size_t>(k)] * vector(i), tolerance) << m << ": " << k << ", " << i;
      }
    }
  }
}

TEST(InheritedEigenvalues, RefuseWhatHasNone) {
  DenseMatrix a(2, 2);
  a(0, 1) = a(1, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(make_plain_backend()->eigh(a), InvalidInput);
  EXPECT_THROW(make_plain_backend()->svd(a), InvalidInput);
  EXPECT_THROW(make_plain_backend()->eigh(DenseMatrix(2, 3)), InvalidUsage);
}

}  // namespace
}  // namespace gramian::testing
