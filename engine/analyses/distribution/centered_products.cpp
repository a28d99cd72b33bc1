#include "engine/analyses/distribution/centered_products.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "engine/row_products.hpp"

namespace gramian {
namespace {

/// μᵀ C ν
double bilinear(const std::vector<double>& mu, const DenseMatrix& c, const std::vector<double>& nu) {
  double sum = 0.0;
  for (int64_t i = 0; i < c.rows; ++i) {
    double row = 0.0;
    for (int64_t j = 0; j < c.cols; ++j) row += c(i, j) * nu[static_cast<size_t>(j)];
    sum += mu[static_cast<size_t>(i)] * row;
  }
  return sum;
}

double inner_product(const std::vector<double>& x, const std::vector<double>& y) {
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

/// μ·yᵢ
std::vector<double> along_mean(Space& space) {
  return along_axis(space.device_rows(), space.centered(), space.mean_unit_row());
}

bool by_rows(const Space& space) { return rows_are_fewer(space.size(), space.dim()); }

bool by_rows(const Space& a, const Space& b) { return by_rows(a) && by_rows(b); }

void require_same_rows(const Space& a, const Space& b) {
  if (a.size() == b.size()) return;
  throw InvalidUsage("comparing spaces needs the same items in both: " + std::to_string(a.size()) + " and " +
                     std::to_string(b.size()) + " rows");
}

/// C, d1 x d2.
DenseMatrix cross_gram(Space& a, Space& b) {
  return a.backend().gram(a.device_rows(), a.centered(), b.device_rows(), b.centered());
}

}  // namespace

OwnProducts own_products(Space& space) {
  const std::vector<double>& mu = space.mean_unit_row();
  if (by_rows(space)) {
    const DenseMatrix& k = space.centered_row_products();
    const std::vector<double> along = along_mean(space);
    return {trace(k), frobenius_squared(k), inner_product(along, along)};
  }
  const DenseMatrix& a = space.centered_gram();
  return {trace(a), frobenius_squared(a), bilinear(mu, a, mu)};
}

CrossProducts cross_products(Space& a, Space& b) {
  require_same_rows(a, b);
  if (by_rows(a, b)) {
    return {inner_product(a.centered_row_products().values, b.centered_row_products().values),
            inner_product(along_mean(a), along_mean(b))};
  }
  const DenseMatrix cross = cross_gram(a, b);
  return {frobenius_squared(cross), bilinear(a.mean_unit_row(), cross, b.mean_unit_row())};
}

std::vector<double> cross_forms(Space& a, Space& b) {
  require_same_rows(a, b);
  if (!by_rows(a, b)) {
    const auto forms = [&](const DenseMatrix& cross) {
      return a.backend().row_forms(a.device_rows(), a.unit(), cross, b.device_rows(), b.unit()).product;
    };
    return &a == &b ? forms(a.centered_gram()) : forms(cross_gram(a, b));
  }
  // x̂ᵢ = μ + yᵢ, so that x̂ᵢ·yⱼ = μ·yⱼ + Kᵢⱼ.
  const DenseMatrix& k = a.centered_row_products();
  const DenseMatrix& l = b.centered_row_products();
  const std::vector<double> first = along_mean(a);
  const std::vector<double> second = along_mean(b);
  std::vector<double> forms(first.size());
  for (int64_t i = 0; i < k.rows; ++i) {
    double sum = 0.0;
    for (int64_t j = 0; j < k.cols; ++j) {
      sum += (first[static_cast<size_t>(j)] + k(i, j)) * (second[static_cast<size_t>(j)] + l(i, j));
    }
    forms[static_cast<size_t>(i)] = sum;
  }
  return forms;
}

double squared_cross(Backend& backend, const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                     const RowTransform& tb) {
  const int64_t n = a.rows();
  if (n != b.rows() || !rows_are_fewer(n, std::min(ta.dim(a.dim()), tb.dim(b.dim())))) {
    return frobenius_squared(backend.gram(a, ta, b, tb));
  }
  const DenseMatrix first = row_products(backend, a, ta);
  if (&a == &b && &ta == &tb) return frobenius_squared(first);
  return inner_product(first.values, row_products(backend, b, tb).values);
}

double cross_products_bytes(int64_t n, int64_t d1, int64_t d2) {
  const double kept = smaller_gram_size(n, d1) + smaller_gram_size(n, d2);
  // Where C itself is formed: the sum of a device, the result, and the same in panels for forms.
  const bool rows = rows_are_fewer(n, std::min(d1, d2));
  const double cross = rows ? smaller_gram_size(n, d1) : 24.0 * static_cast<double>(d1) * static_cast<double>(d2);
  return kept + std::max(cross, std::max(smaller_gram_bytes(n, d1), smaller_gram_bytes(n, d2)));
}

}  // namespace gramian
