// Rows under a linear map: what every operation of a backend makes of them, against the same steps in long double.

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"
#include "tests/support/sweeping.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

using Row = std::vector<long double>;

/// Shift, one direction that is left out, and a map of full rank.
RowTransform transform_of(int64_t from, int64_t to) {
  RowTransform transform;
  for (int64_t k = 0; k < from; ++k) transform.shift.push_back(0.125 * static_cast<double>(k % 5));
  transform.directions = DenseMatrix(1, from);
  for (int64_t k = 0; k < from; ++k) transform.directions(0, k) = 1.0 / std::sqrt(static_cast<double>(from));
  transform.map = DenseMatrix(to, from);
  for (int64_t i = 0; i < to; ++i) {
    for (int64_t k = 0; k < from; ++k) transform.map(i, k) = std::sin(static_cast<double>(1 + i * 7 + k * (i + 3)));
  }
  return transform;
}

std::vector<Row> mapped(const oracle::Table& table, const RowTransform& transform) {
  std::vector<Row> rows;
  for (int64_t i = 0; i < table.rows; ++i) {
    Row x;
    long double along = 0.0L;
    for (int64_t k = 0; k < table.cols; ++k) {
      x.push_back(static_cast<long double>(table.at(i, k)) - transform.shift[static_cast<size_t>(k)]);
      along += x.back() * transform.directions(0, k);
    }
    for (int64_t k = 0; k < table.cols; ++k) x[static_cast<size_t>(k)] -= along * transform.directions(0, k);
    Row y(static_cast<size_t>(transform.map.rows), 0.0L);
    for (int64_t r = 0; r < transform.map.rows; ++r) {
      for (int64_t k = 0; k < table.cols; ++k) y[static_cast<size_t>(r)] += transform.map(r, k) * x[static_cast<size_t>(k)];
    }
    rows.push_back(y);
  }
  return rows;
}

long double dot(const Row& x, const Row& y) {
  long double sum = 0.0L;
  for (size_t k = 0; k < x.size(); ++k) sum += x[k] * y[k];
  return sum;
}

class LinearMap : public ::testing::TestWithParam<BackendCase> {};

TEST_P(LinearMap, ComesBeforeTheScaling) {
  const BackendCase& device = GetParam();
  const auto backend = device.make(2);
  const int64_t edge = device.edges[0];
  for (const int64_t n : {int64_t{0}, int64_t{1}, edge - 1, edge, edge + 1}) {
    for (const auto& [from, to] : {std::pair<int64_t, int64_t>{20, 7}, {9, 33}}) {
      SCOPED_TRACE(std::to_string(n) + " rows, " + std::to_string(from) + " to " + std::to_string(to));
      const Stored stored = store(gaussian(n, from, 3), ElementType::f32);
      const RowTransform transform = transform_of(from, to);
      const std::vector<Row> rows = mapped(stored.exact, transform);
      const auto uploaded = backend->upload(stored.matrix.view, {});
      const std::vector<double> norms = backend->norms(*uploaded, transform);
      const std::vector<double> sums = backend->column_sums(*uploaded, transform);
      const DenseMatrix gram = backend->gram(*uploaded, transform, *uploaded, transform);
      ASSERT_EQ(std::ssize(norms), n);
      ASSERT_EQ(std::ssize(sums), to);
      ASSERT_EQ(gram.rows, to);
      ASSERT_EQ(gram.cols, to);
      for (int64_t i = 0; i < n; ++i) {
        const Row& y = rows[static_cast<size_t>(i)];
        ASSERT_NEAR(norms[static_cast<size_t>(i)], static_cast<double>(std::sqrt(dot(y, y))), kMappedTolerance);
      }
      for (int64_t r = 0; r < to; ++r) {
        long double sum = 0.0L;
        for (const Row& y : rows) sum += y[static_cast<size_t>(r)];
        ASSERT_NEAR(sums[static_cast<size_t>(r)], static_cast<double>(sum), kMappedTolerance);
        long double product = 0.0L;
        for (const Row& y : rows) product += y[0] * y[static_cast<size_t>(r)];
        ASSERT_NEAR(gram(0, r), static_cast<double>(product), kMappedTolerance);
      }
      std::vector<Pair> pairs;
      for (int64_t i = 0; i + 1 < n; ++i) pairs.push_back({i, n - 1});
      const std::vector<double> cosines = backend->pair_cosines(*uploaded, transform, pairs);
      const auto exact = [&](int64_t i, int64_t j) {
        const Row& x = rows[static_cast<size_t>(i)];
        const Row& y = rows[static_cast<size_t>(j)];
        return static_cast<double>(dot(x, y) / std::sqrt(dot(x, x) * dot(y, y)));
      };
      for (size_t p = 0; p < pairs.size(); ++p) {
        ASSERT_NEAR(cosines[p], exact(pairs[p].i, pairs[p].j), kMappedTolerance);
      }
      for (const Precision precision : {Precision::double_, Precision::single, Precision::half}) {
        const auto unit = backend->prepare(*uploaded, transform, precision);
        EXPECT_EQ(unit->dim(), to);
        const SweepState state = backend->sweep(*unit, {Dense{}});
        for (int64_t i = 0; i < n; ++i) {
          for (int64_t j = i + 1; j < n; ++j) {
            ASSERT_NEAR(state.of<Dense>(0).cosines[static_cast<size_t>(i * n + j)], exact(i, j), promise(precision));
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, LinearMap, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace gramian::testing
