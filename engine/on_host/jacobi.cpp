// Eigenvalues and singular values by Jacobi's rotations (Golub & Van Loan, Matrix Computations, 8.5 and 8.6.3): slow
// beside LAPACK, short, and as accurate. For backends that have neither of their own.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "engine/error.hpp"
#include "engine/on_host/row_block.hpp"

namespace gramian {
namespace {

/// Quadratic convergence ends it long before.
constexpr int kMostSweeps = 60;
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

struct Rotation {
  double c = 1.0;
  double s = 0.0;
};

/// The smaller angle that makes [[a, b], [b, d]] diagonal.
Rotation rotation_of(double a, double b, double d) {
  const double tau = (d - a) / (2.0 * b);
  const double t = std::copysign(1.0, tau) / (std::abs(tau) + std::hypot(1.0, tau));
  const double c = 1.0 / std::hypot(1.0, t);
  return {c, t * c};
}

/// (x, y) = (c x - s y, s x + c y), element by element.
void rotate(Rotation rotation, double* x, double* y, int64_t count, int64_t stride) {
  for (int64_t k = 0; k < count; ++k) {
    double& p = x[k * stride];
    double& q = y[k * stride];
    const double kept = p;
    p = rotation.c * p - rotation.s * q;
    q = rotation.s * kept + rotation.c * q;
  }
}

std::vector<int64_t> descending(const std::vector<double>& values) {
  std::vector<int64_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(
      order, [&](int64_t a, int64_t b) { return values[static_cast<size_t>(a)] > values[static_cast<size_t>(b)]; });
  return order;
}

DenseMatrix transposed(const DenseMatrix& matrix) {
  DenseMatrix result(matrix.cols, matrix.rows);
  for (int64_t i = 0; i < matrix.rows; ++i) {
    for (int64_t j = 0; j < matrix.cols; ++j) result(j, i) = matrix(i, j);
  }
  return result;
}

void require_convergence(bool converged, const char* what) {
  if (!converged) throw InvalidInput(std::string(what) + " did not converge: is every value finite?");
}

/// A unit vector orthogonal to the first `count` rows of `basis`.
void complete(DenseMatrix& basis, int64_t count) {
  const int64_t width = basis.cols;
  double* const row = basis.values.data() + count * width;
  for (int64_t axis = 0; axis < width; ++axis) {
    std::fill_n(row, width, 0.0);
    row[axis] = 1.0;
    for (int pass = 0; pass < 2; ++pass) {
      for (int64_t other = 0; other < count; ++other) {
        const double* const against = basis.values.data() + other * width;
        const double along = on_host::dot(row, against, width);
        for (int64_t k = 0; k < width; ++k) row[k] -= along * against[k];
      }
    }
    const double length = std::sqrt(on_host::dot(row, row, width));
    // One axis at least keeps so much of itself, since `count` rows cover no more than `count` axes.
    if (length * length < 0.5 / static_cast<double>(width)) continue;
    for (int64_t k = 0; k < width; ++k) row[k] /= length;
    return;
  }
}

/// The SVD of a matrix with at least as many columns as rows: left singular vectors as the columns of u.
Svd svd_of_wide(const DenseMatrix& wide) {
  const int64_t r = wide.rows;
  DenseMatrix rows = wide;   // orthogonalized: values[k] times a right singular vector
  DenseMatrix turned(r, r);  // what was done to them: row k is a left singular vector
  for (int64_t k = 0; k < r; ++k) turned(k, k) = 1.0;
  const auto row = [](DenseMatrix& matrix, int64_t k) { return matrix.values.data() + k * matrix.cols; };
  // Rounding leaves this much of a dot product of orthogonal rows.
  const double orthogonal = kEpsilon * std::sqrt(static_cast<double>(rows.cols));
  // A row that is no longer than this is what rounding left of one that depended on others.
  const double size = std::sqrt(on_host::dot(rows.values.data(), rows.values.data(), std::ssize(rows.values)));
  const double least = kEpsilon * std::sqrt(static_cast<double>(r)) * size;
  bool converged = false;
  for (int sweep = 0; sweep < kMostSweeps && !converged; ++sweep) {
    converged = true;
    for (int64_t p = 0; p < r; ++p) {
      for (int64_t q = p + 1; q < r; ++q) {
        double* const x = row(rows, p);
        double* const y = row(rows, q);
        const double xx = on_host::dot(x, x, rows.cols);
        const double yy = on_host::dot(y, y, rows.cols);
        const double xy = on_host::dot(x, y, rows.cols);
        if (std::min(xx, yy) <= least * least || std::abs(xy) <= orthogonal * std::sqrt(xx) * std::sqrt(yy)) continue;
        converged = false;
        const Rotation rotation = rotation_of(xx, xy, yy);
        rotate(rotation, x, y, rows.cols, 1);
        rotate(rotation, row(turned, p), row(turned, q), r, 1);
      }
    }
  }
  require_convergence(converged, "a singular value decomposition");
  std::vector<double> lengths;
  for (int64_t k = 0; k < r; ++k) lengths.push_back(std::sqrt(on_host::dot(row(rows, k), row(rows, k), rows.cols)));
  Svd result;
  result.u = DenseMatrix(r, r);
  result.vt = DenseMatrix(r, rows.cols);
  for (const int64_t from : descending(lengths)) {
    const int64_t to = std::ssize(result.values);
    const double length = lengths[static_cast<size_t>(from)];
    result.values.push_back(length);
    for (int64_t i = 0; i < r; ++i) result.u(i, to) = turned(from, i);
    if (length > least) {
      for (int64_t j = 0; j < rows.cols; ++j) result.vt(to, j) = rows(from, j) / length;
    } else {
      complete(result.vt, to);
    }
  }
  return result;
}

/// Scaled so that squares are safe.
double scale_of(const DenseMatrix& matrix) {
  double largest = 0.0;
  for (const double x : matrix.values) largest = std::max(largest, std::abs(x));
  if (largest == 0.0 || !std::isfinite(largest)) return 1.0;
  int exponent = 0;
  std::frexp(largest, &exponent);
  return std::ldexp(1.0, std::clamp(exponent, -1000, 1000));
}

}  // namespace

Eigen Backend::do_eigh(const DenseMatrix& symmetric) {
  const int64_t m = symmetric.rows;
  DenseMatrix a = symmetric;
  DenseMatrix turned(m, m);  // row k is an eigenvector
  for (int64_t k = 0; k < m; ++k) turned(k, k) = 1.0;
  double total = 0.0;
  for (const double x : a.values) total = std::hypot(total, x);
  bool converged = m < 2;
  for (int sweep = 0; sweep < kMostSweeps && !converged; ++sweep) {
    converged = true;
    for (int64_t p = 0; p < m; ++p) {
      for (int64_t q = p + 1; q < m; ++q) {
        if (std::abs(a(p, q)) <= kEpsilon * total / static_cast<double>(m)) continue;
        converged = false;
        const Rotation rotation = rotation_of(a(p, p), a(p, q), a(q, q));
        rotate(rotation, &a(p, 0), &a(q, 0), m, 1);
        rotate(rotation, &a(0, p), &a(0, q), m, m);
        rotate(rotation, &turned(p, 0), &turned(q, 0), m, 1);
        a(p, q) = a(q, p) = 0.0;
      }
    }
  }
  require_convergence(converged && std::isfinite(total), "an eigenvalue decomposition");
  std::vector<double> values;
  for (int64_t k = 0; k < m; ++k) values.push_back(a(k, k));
  Eigen result;
  if (m == 0) return result;
  result.vectors = DenseMatrix(m, m);
  for (const int64_t from : descending(values)) {
    const int64_t to = std::ssize(result.values);
    result.values.push_back(values[static_cast<size_t>(from)]);
    for (int64_t i = 0; i < m; ++i) result.vectors(i, to) = turned(from, i);
  }
  return result;
}

Svd Backend::do_svd(const DenseMatrix& matrix) {
  const bool tall = matrix.rows > matrix.cols;
  DenseMatrix wide = tall ? transposed(matrix) : matrix;
  const double scale = scale_of(wide);
  for (double& x : wide.values) x /= scale;
  Svd result = svd_of_wide(wide);
  for (double& value : result.values) value *= scale;
  if (tall) {
    DenseMatrix left = transposed(result.vt);
    result.vt = transposed(result.u);
    result.u = std::move(left);
  }
  return result;
}

}  // namespace gramian
