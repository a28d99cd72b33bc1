#include "engine/analyses/comparison/agreement.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace gramian {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Gauss-Jordan with pivots from the whole column; false where there is no inverse.
bool invert(DenseMatrix matrix, DenseMatrix& inverse) {
  const int64_t n = matrix.rows;
  constexpr double kSingular = 1e-12;  // of correlations
  inverse = DenseMatrix(n, n);
  for (int64_t i = 0; i < n; ++i) inverse(i, i) = 1.0;
  for (int64_t column = 0; column < n; ++column) {
    int64_t pivot = column;
    for (int64_t row = column + 1; row < n; ++row) {
      if (std::abs(matrix(row, column)) > std::abs(matrix(pivot, column))) pivot = row;
    }
    if (!(std::abs(matrix(pivot, column)) > kSingular)) return false;
    for (int64_t k = 0; k < n; ++k) {
      std::swap(matrix(pivot, k), matrix(column, k));
      std::swap(inverse(pivot, k), inverse(column, k));
    }
    const double scale = 1.0 / matrix(column, column);
    for (int64_t k = 0; k < n; ++k) {
      matrix(column, k) *= scale;
      inverse(column, k) *= scale;
    }
    for (int64_t row = 0; row < n; ++row) {
      const double factor = matrix(row, column);
      if (row == column || factor == 0.0) continue;
      for (int64_t k = 0; k < n; ++k) {
        matrix(row, k) -= factor * matrix(column, k);
        inverse(row, k) -= factor * inverse(column, k);
      }
    }
  }
  return true;
}

DenseMatrix partial_correlations(const DenseMatrix& correlations) {
  const int64_t n = correlations.rows;
  DenseMatrix inverse;
  const bool invertible = invert(correlations, inverse);
  DenseMatrix partial(n, n);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      partial(i, j) = i == j ? 1.0 : !invertible ? kNaN : -inverse(i, j) / std::sqrt(inverse(i, i) * inverse(j, j));
    }
  }
  return partial;
}

}  // namespace

Agreement agreement(const DenseMatrix& correlations) {
  const int64_t n = correlations.rows;
  const auto count = static_cast<double>(n);
  Agreement found;
  const double pairs = count * (count - 1.0) / 2.0;
  double all = 0.0;  // of R
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) all += correlations(i, j);
    for (int64_t j = i + 1; j < n; ++j) found.mean += correlations(i, j) / pairs;
  }
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = i + 1; j < n; ++j) {
      const double off = correlations(i, j) - found.mean;
      found.sd += off * off / pairs;
    }
  }
  found.sd = std::sqrt(found.sd);
  for (int64_t k = 0; k < n; ++k) {
    double with_all = 0.0;
    for (int64_t j = 0; j < n; ++j) with_all += correlations(k, j);
    const double with_others = with_all - correlations(k, k);
    const double among_others = all - 2.0 * with_others - correlations(k, k);
    found.ceiling_high += with_all / std::sqrt(all) / count;
    found.ceiling_low += with_others / std::sqrt(among_others) / count;
  }
  found.partial = partial_correlations(correlations);
  return found;
}

}  // namespace gramian
