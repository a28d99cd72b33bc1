// Norms, sums and Gram products of rows, for backends that have none of their own: plain fp64, block of rows by block
// of rows, every element the same sequence of operations for any number of threads.

#include <algorithm>
#include <cmath>

#include "engine/backend.hpp"
#include "engine/cosines/canonical_cosine.hpp"
#include "engine/on_host/canonical_cosines.hpp"
#include "engine/on_host/row_block.hpp"
#include "engine/on_host/transformed_row.hpp"
#include "engine/threads.hpp"

namespace gramian {
namespace {

using on_host::dot;
using on_host::kBlockRows;
using on_host::threads;

template <class Use>
void for_each_block(int64_t rows, Use use) {
  for (int64_t begin = 0; begin < rows; begin += kBlockRows) use(begin, std::min(rows, begin + kBlockRows));
}

}  // namespace

std::vector<double> Backend::do_norms(const DeviceRows& rows, const RowTransform& transform) {
  std::vector<double> norms(static_cast<size_t>(rows.rows()));
  parallel_for(threads(), rows.rows(), [&](int64_t r, int) {
    std::vector<double> row(static_cast<size_t>(transform.dim(rows.dim())));
    norms[static_cast<size_t>(r)] = on_host::transformed_norm(rows, r, transform, row.data(), dot);
  });
  return norms;
}

std::vector<double> Backend::do_column_sums(const DeviceRows& rows, const RowTransform& transform) {
  std::vector<double> sums(static_cast<size_t>(transform.dim(rows.dim())), 0.0);
  for_each_block(rows.rows(), [&](int64_t begin, int64_t end) {
    const std::vector<double> block = on_host::transformed_rows(rows, transform, begin, end);
    for (size_t k = 0; k < block.size(); ++k) sums[k % sums.size()] += block[k];
  });
  return sums;
}

DenseMatrix Backend::do_gram(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b, const RowTransform& tb) {
  DenseMatrix sum(ta.dim(a.dim()), tb.dim(b.dim()));
  for_each_block(a.rows(), [&](int64_t begin, int64_t end) {
    const std::vector<double> left = on_host::transformed_rows(a, ta, begin, end);
    const std::vector<double> right = on_host::transformed_rows(b, tb, begin, end);
    parallel_for(threads(), sum.rows, [&](int64_t i, int) {
      double* const into = sum.values.data() + i * sum.cols;
      for (int64_t r = 0; r < end - begin; ++r) {
        const double x = left[static_cast<size_t>(r * sum.rows + i)];
        const double* const y = right.data() + r * sum.cols;
        for (int64_t j = 0; j < sum.cols; ++j) into[j] += x * y[j];
      }
    });
  });
  return sum;
}

RowForms Backend::do_row_forms(const DeviceRows& a, const RowTransform& ta, const DenseMatrix& m, const DeviceRows& b,
                               const RowTransform& tb) {
  const int64_t left = ta.dim(a.dim());
  const int64_t right = tb.dim(b.dim());
  const bool identity = m.values.empty();
  RowForms forms;
  forms.product.resize(static_cast<size_t>(a.rows()));
  forms.distance.resize(static_cast<size_t>(a.rows()));
  parallel_for(threads(), a.rows(), [&](int64_t r, int) {
    const auto width = static_cast<size_t>(std::max(left, right));
    std::vector<double> y(width);
    std::vector<double> z(width);
    on_host::transformed_row(a, r, ta, y.data(), dot);
    on_host::transformed_row(b, r, tb, z.data(), dot);
    if (!identity) {
      std::vector<double> mapped(width, 0.0);
      for (int64_t i = 0; i < left; ++i) {
        for (int64_t j = 0; j < right; ++j) mapped[static_cast<size_t>(j)] += y[static_cast<size_t>(i)] * m(i, j);
      }
      y = std::move(mapped);
    }
    forms.product[static_cast<size_t>(r)] = dot(y.data(), z.data(), std::ssize(y));
    for (size_t k = 0; k < width; ++k) y[k] -= z[k];
    forms.distance[static_cast<size_t>(r)] = std::sqrt(dot(y.data(), y.data(), std::ssize(y)));
  });
  return forms;
}

std::vector<double> Backend::do_pair_cosines(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                                             const RowTransform& tb, std::span<const Pair> pairs) {
  return on_host::canonical_cosines(a, ta, b, tb, pairs, {canonical_dot, nullptr, nullptr}, threads());
}

std::unique_ptr<PairCosines> Backend::do_kept_pair_cosines(const DeviceRows& rows, const RowTransform& transform) {
  const on_host::CanonicalDots dots{canonical_dot, nullptr, nullptr};
  return std::make_unique<on_host::CanonicalRows>(rows, transform, dots, /*often=*/true, threads());
}

/// Gentleman's row-wise Givens rotations (Golub & Van Loan, Matrix Computations, 5.2.5): every row is rotated into R.
DenseMatrix Backend::do_triangular_factor(const DeviceRows& rows, const RowTransform& transform) {
  const int64_t d = transform.dim(rows.dim());
  DenseMatrix factor(d, d);
  for_each_block(rows.rows(), [&](int64_t begin, int64_t end) {
    std::vector<double> block = on_host::transformed_rows(rows, transform, begin, end);
    for (int64_t r = 0; r < end - begin; ++r) {
      double* const x = block.data() + r * d;
      for (int64_t i = 0; i < d; ++i) {
        if (x[i] == 0.0) continue;
        double* const into = factor.values.data() + i * d;
        const double length = std::hypot(into[i], x[i]);
        const double c = into[i] / length;
        const double s = x[i] / length;
        for (int64_t j = i; j < d; ++j) {
          const double kept = into[j];
          into[j] = c * kept + s * x[j];
          x[j] = c * x[j] - s * kept;
        }
      }
    }
  });
  factor.rows = std::min(rows.rows(), d);
  factor.values.resize(static_cast<size_t>(factor.rows * d));
  return factor;
}

}  // namespace gramian
