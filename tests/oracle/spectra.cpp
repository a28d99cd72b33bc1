// Eigenvalues, singular values, and what is made of them.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "tests/oracle/oracle.hpp"
#include "tests/oracle/wide.hpp"

namespace oracle {
namespace {

Table transposed(const Table& a) {
  Table t(a.cols, a.rows);
  for (int64_t i = 0; i < a.rows; ++i) {
    for (int64_t j = 0; j < a.cols; ++j) t.at(j, i) = a.at(i, j);
  }
  return t;
}

}  // namespace

std::vector<double> eigenvalues(const Table& symmetric) {
  const int64_t m = symmetric.rows;
  std::vector<Wide> a(symmetric.values.begin(), symmetric.values.end());
  const auto at = [&](int64_t i, int64_t j) -> Wide& { return a[static_cast<size_t>(i * m + j)]; };
  for (int sweep = 0; sweep < 60; ++sweep) {
    bool rotated = false;
    for (int64_t p = 0; p < m; ++p) {
      for (int64_t q = p + 1; q < m; ++q) {
        if (std::abs(at(p, q)) <= 1e-19L * std::sqrt(std::abs(at(p, p) * at(q, q)))) continue;
        rotated = true;
        const Wide theta = (at(q, q) - at(p, p)) / (2 * at(p, q));
        const Wide t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const Wide c = 1 / std::sqrt(t * t + 1);
        const Wide s = t * c;
        for (int64_t k = 0; k < m; ++k) {
          const Wide x = at(k, p);
          const Wide y = at(k, q);
          at(k, p) = c * x - s * y;
          at(k, q) = s * x + c * y;
        }
        for (int64_t k = 0; k < m; ++k) {
          const Wide x = at(p, k);
          const Wide y = at(q, k);
          at(p, k) = c * x - s * y;
          at(q, k) = s * x + c * y;
        }
        at(p, q) = at(q, p) = 0;
      }
    }
    if (!rotated) break;
  }
  std::vector<double> values;
  for (int64_t k = 0; k < m; ++k) values.push_back(static_cast<double>(at(k, k)));
  std::sort(values.rbegin(), values.rend());
  return values;
}

Singular singular(const Table& a) {
  const bool wide = a.rows < a.cols;
  // Columns of the tall orientation, one after the other, rotated until they are orthogonal; `v` gathers the rotations.
  const Table columns = wide ? a : transposed(a);
  const int64_t m = columns.rows;
  const int64_t length = columns.cols;
  std::vector<Wide> u(columns.values.begin(), columns.values.end());
  std::vector<Wide> v(static_cast<size_t>(m * m), 0);
  for (int64_t k = 0; k < m; ++k) v[static_cast<size_t>(k * m + k)] = 1;
  const auto rotate = [](Wide* x, Wide* y, int64_t count, Wide c, Wide s) {
    for (int64_t k = 0; k < count; ++k) {
      const Wide before = x[k];
      x[k] = c * before - s * y[k];
      y[k] = s * before + c * y[k];
    }
  };
  const auto product = [length](const Wide* x, const Wide* y) {
    Wide sum = 0;
    for (int64_t k = 0; k < length; ++k) sum += x[k] * y[k];
    return sum;
  };
  for (int sweep = 0; sweep < 60; ++sweep) {
    bool rotated = false;
    for (int64_t p = 0; p < m; ++p) {
      for (int64_t q = p + 1; q < m; ++q) {
        Wide* x = u.data() + p * length;
        Wide* y = u.data() + q * length;
        const Wide xx = product(x, x);
        const Wide yy = product(y, y);
        const Wide xy = product(x, y);
        if (std::abs(xy) <= 1e-18L * std::sqrt(xx * yy) || xx == 0 || yy == 0) continue;
        rotated = true;
        const Wide theta = (yy - xx) / (2 * xy);
        const Wide t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const Wide c = 1 / std::sqrt(t * t + 1);
        rotate(x, y, length, c, t * c);
        rotate(v.data() + p * m, v.data() + q * m, m, c, t * c);
      }
    }
    if (!rotated) break;
  }
  std::vector<Wide> lengths;
  for (int64_t k = 0; k < m; ++k) lengths.push_back(std::sqrt(product(u.data() + k * length, u.data() + k * length)));
  std::vector<int64_t> order(static_cast<size_t>(m));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](int64_t x, int64_t y) { return lengths[static_cast<size_t>(x)] > lengths[static_cast<size_t>(y)]; });
  Singular result;
  result.vectors = Table(m, a.cols);
  for (int64_t k = 0; k < m; ++k) {
    const int64_t from = order[static_cast<size_t>(k)];
    const Wide value = lengths[static_cast<size_t>(from)];
    result.values.push_back(static_cast<double>(value));
    for (int64_t c = 0; c < a.cols; ++c) {
      result.vectors.at(k, c) = static_cast<double>(wide ? u[static_cast<size_t>(from * length + c)] / value
                                                         : v[static_cast<size_t>(from * m + c)]);
    }
  }
  return result;
}

double effective_rank(const std::vector<double>& singular_values) {
  Wide sum = 0;
  for (const double s : singular_values) sum += s;
  Wide entropy = 0;
  for (const double s : singular_values) {
    const Wide p = s / sum;
    if (p > 0) entropy -= p * std::log(p);
  }
  return static_cast<double>(std::exp(entropy));
}

double participation_ratio(const std::vector<double>& singular_values) {
  Wide squares = 0;
  Wide fourths = 0;
  for (const double s : singular_values) {
    const Wide square = static_cast<Wide>(s) * s;
    squares += square;
    fourths += square * square;
  }
  return static_cast<double>(squares * squares / fourths);
}

Table center(const Table& rows) {
  Table result = rows;
  for (int64_t k = 0; k < rows.cols; ++k) {
    Wide sum = 0;
    for (int64_t i = 0; i < rows.rows; ++i) sum += rows.at(i, k);
    const Wide mean = sum / rows.rows;
    for (int64_t i = 0; i < rows.rows; ++i) result.at(i, k) = static_cast<double>(rows.at(i, k) - mean);
  }
  return result;
}

Table remove_top(const Table& rows, int64_t count) {
  Table result = center(rows);
  const Singular parts = singular(result);
  for (int64_t i = 0; i < result.rows; ++i) {
    for (int64_t direction = 0; direction < count; ++direction) {
      const double* axis = row(parts.vectors, direction);
      const Wide along = dot(row(result, i), axis, result.cols);
      for (int64_t k = 0; k < result.cols; ++k) {
        result.at(i, k) = static_cast<double>(result.at(i, k) - along * axis[k]);
      }
    }
  }
  return result;
}

}  // namespace oracle
