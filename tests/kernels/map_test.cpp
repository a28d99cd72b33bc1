// A linear map among what is done to rows, in every operation that takes transformed rows: as if the rows had been
// mapped before.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/error.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/cosines.hpp"
#include "tests/support/data.hpp"
#include "tests/support/sweeping.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

constexpr int64_t kRows = 53;
constexpr int64_t kDim = 20;

/// Rows, a transform of them, and the rows that come of it by plain loops.
struct Mapped {
  Mapped(Backend& on, int64_t to, ElementType type, uint64_t seed)
      : stored(store(gaussian(kRows, kDim, seed), type)), rows(on.upload(stored.matrix.view, {})), expected(kRows, to) {
    const oracle::Table map = gaussian(to, kDim, seed + 1);
    transform.map = DenseMatrix(to, kDim);
    transform.map.values = map.values;
    for (int64_t k = 0; k < kDim; ++k) transform.shift.push_back(0.01 * static_cast<double>(k));
    transform.directions = DenseMatrix(1, kDim);
    transform.directions(0, 3) = 1.0;
    for (int64_t i = 0; i < kRows; ++i) {
      for (int64_t r = 0; r < to; ++r) {
        long double sum = 0.0L;
        for (int64_t k = 0; k < kDim; ++k) {
          if (k == 3) continue;  // projected out
          sum += static_cast<long double>(map.at(r, k)) *
                 (static_cast<long double>(stored.exact.at(i, k)) -
                  static_cast<long double>(transform.shift[static_cast<size_t>(k)]));
        }
        expected.at(i, r) = static_cast<double>(sum);
      }
    }
  }

  Stored stored;
  std::unique_ptr<DeviceRows> rows;
  RowTransform transform;
  oracle::Table expected;
};

double at(const std::vector<double>& values, int64_t k) { return values[static_cast<size_t>(k)]; }

class Map : public ::testing::TestWithParam<BackendCase> {};

TEST_P(Map, OfNormsSumsAndProducts) {
  const auto backend = GetParam().make(2);
  for (const int64_t to : {1, 7, 20, 49}) {
    SCOPED_TRACE(to);
    const Mapped a(*backend, to, ElementType::f32, 1);
    const Mapped b(*backend, 5, ElementType::f64, 3);
    const std::vector<double> norms = backend->norms(*a.rows, a.transform);
    const std::vector<double> sums = backend->column_sums(*a.rows, a.transform);
    const DenseMatrix gram = backend->gram(*a.rows, a.transform, *b.rows, b.transform);
    const DenseMatrix own = backend->gram(*a.rows, a.transform, *a.rows, a.transform);
    const DenseMatrix factor = backend->triangular_factor(*a.rows, a.transform);
    const DenseMatrix m = [&] {
      DenseMatrix matrix(to, 5);
      for (size_t k = 0; k < matrix.values.size(); ++k) matrix.values[k] = std::sin(static_cast<double>(k));
      return matrix;
    }();
    const RowForms forms = backend->row_forms(*a.rows, a.transform, m, *b.rows, b.transform);
    ASSERT_EQ(std::ssize(sums), to);
    ASSERT_EQ(gram.rows, to);
    ASSERT_EQ(gram.cols, 5);
    ASSERT_EQ(factor.cols, to);
    constexpr double kTolerance = 1e-11;
    for (int64_t i = 0; i < kRows; ++i) {
      double square = 0.0;
      double form = 0.0;
      for (int64_t r = 0; r < to; ++r) {
        square += a.expected.at(i, r) * a.expected.at(i, r);
        for (int64_t s = 0; s < 5; ++s) form += a.expected.at(i, r) * m(r, s) * b.expected.at(i, s);
      }
      EXPECT_NEAR(at(norms, i), std::sqrt(square), kTolerance);
      EXPECT_NEAR(at(forms.product, i), form, kTolerance * 100);
    }
    for (int64_t r = 0; r < to; ++r) {
      double sum = 0.0;
      for (int64_t i = 0; i < kRows; ++i) sum += a.expected.at(i, r);
      EXPECT_NEAR(at(sums, r), sum, kTolerance);
      for (int64_t s = 0; s < 5; ++s) {
        double product = 0.0;
        for (int64_t i = 0; i < kRows; ++i) product += a.expected.at(i, r) * b.expected.at(i, s);
        EXPECT_NEAR(gram(r, s), product, kTolerance * 100);
      }
      // RᵀR is the Gram product.
      for (int64_t s = 0; s < to; ++s) {
        double product = 0.0;
        for (int64_t k = 0; k < factor.rows; ++k) product += factor(k, r) * factor(k, s);
        EXPECT_NEAR(own(r, s), product, kTolerance * 100);
      }
    }
  }
}

TEST_P(Map, OfCosinesAndSoftmax) {
  const auto backend = GetParam().make(2);
  for (const int64_t to : {2, 20, 49}) {
    SCOPED_TRACE(to);
    const Mapped a(*backend, to, ElementType::f32, 5);
    const std::vector<double> exact = oracle::cosines(a.expected);
    std::vector<Pair> pairs;
    for (int64_t i = 0; i < kRows; ++i) {
      for (int64_t j = i + 1; j < kRows; ++j) pairs.push_back({i, j});
    }
    const std::vector<double> cosines = backend->pair_cosines(*a.rows, a.transform, pairs);
    for (size_t k = 0; k < exact.size(); ++k) ASSERT_NEAR(cosines[k], exact[k], 1e-13);
    for (const Precision precision : {Precision::single, Precision::double_, Precision::half}) {
      const auto unit = backend->prepare(*a.rows, a.transform, precision);
      ASSERT_EQ(unit->dim(), to);
      const SweepState state = backend->sweep(*unit, {Dense{}});
      const std::vector<double> swept = upper_triangle(state.of<Dense>(0).cosines, kRows);
      for (size_t k = 0; k < exact.size(); ++k) ASSERT_NEAR(swept[k], exact[k], promise(precision));
    }
    DenseMatrix query(1, to);
    query(0, 0) = 1.0;
    const auto softmax = backend->softmax_products(*a.rows, a.transform, query, 3, 1.0, {});
    int64_t best = 0;
    for (int64_t i = 0; i < kRows; ++i) {
      if (a.expected.at(i, 0) > a.expected.at(best, 0)) best = i;
    }
    EXPECT_EQ(softmax[0].top[0].row, best);
    EXPECT_NEAR(softmax[0].top[0].product, a.expected.at(best, 0), 1e-12);
  }
}

TEST_P(Map, OfResampledRows) {
  const auto backend = GetParam().make(1);
  const Mapped a(*backend, 9, ElementType::f32, 8);
  const ResampledSide side{a.rows.get(), &a.transform, nullptr};
  backend->resampled_grams(side, side, Precision::double_,
                           {1, [](int64_t, Resample& terms) { terms.left = {0, 5, 5}; },
                            [&](int64_t, const DenseMatrix& product) {
                              ASSERT_EQ(product.rows, 9);
                              for (int64_t r = 0; r < 9; ++r) {
                                for (int64_t s = 0; s < 9; ++s) {
                                  const double wanted = a.expected.at(0, r) * a.expected.at(0, s) +
                                                        2.0 * a.expected.at(5, r) * a.expected.at(5, s);
                                  EXPECT_NEAR(product(r, s), wanted, 1e-11);
                                }
                              }
                            }},
                           {});
}

TEST_P(Map, OfOtherDimensionsIsRefused) {
  const auto backend = GetParam().make(1);
  const Stored stored = store(gaussian(4, 6, 1), ElementType::f32);
  const auto rows = backend->upload(stored.matrix.view, {});
  RowTransform transform;
  transform.map = DenseMatrix(3, 5);
  EXPECT_THROW(backend->norms(*rows, transform), InvalidUsage);
  EXPECT_THROW(backend->prepare(*rows, transform, Precision::single), InvalidUsage);
  transform.map = DenseMatrix(3, 6);
  transform.recenter.assign(6, 0.0);
  EXPECT_THROW(backend->column_sums(*rows, transform), InvalidUsage);
}

INSTANTIATE_TEST_SUITE_P(Devices, Map, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace gramian::testing
