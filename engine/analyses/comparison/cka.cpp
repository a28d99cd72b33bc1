#include "engine/analyses/comparison/cka.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "engine/analyses/distribution/centered_products.hpp"

namespace gramian {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Columns centred, rows not scaled.
RowTransform column_centered(Space& space) {
  RowTransform transform = space.plain();
  transform.recenter = mean_row(space.backend(), space.device_rows(), space.plain());
  return transform;
}

/// HSIC₁ times n (n - 3), where `product` is ‖X_cᵀY_c‖_F² and k, l are the squared norms of the centred rows. HSIC₁
/// leaves the diagonals of K and L out and does not change when rows are shifted together, so it may be taken of
/// centred rows, for which the sums over K's rows without the diagonal are just -k.
double unbiased_hsic(double product, const std::vector<double>& k, const std::vector<double>& l) {
  const auto n = static_cast<double>(k.size());
  const double both = std::inner_product(k.begin(), k.end(), l.begin(), 0.0);
  const double sums = std::reduce(k.begin(), k.end()) * std::reduce(l.begin(), l.end());
  return product - both + sums / ((n - 1.0) * (n - 2.0)) - 2.0 * both / (n - 2.0);
}

}  // namespace

LinearCka linear_cka(Space& a, Space& b) {
  Backend& backend = a.backend();
  const RowTransform ca = column_centered(a);
  const RowTransform cb = column_centered(b);
  const double cross = squared_cross(backend, a.device_rows(), ca, b.device_rows(), cb);
  const double with_a = squared_cross(backend, a.device_rows(), ca, a.device_rows(), ca);
  const double with_b = squared_cross(backend, b.device_rows(), cb, b.device_rows(), cb);
  LinearCka result{kNone, kNone};
  if (with_a > 0.0 && with_b > 0.0) result.biased = std::sqrt(cross / with_a) * std::sqrt(cross / with_b);
  if (a.size() < 4) return result;
  const std::vector<double> k = backend.row_forms(a.device_rows(), ca, {}, a.device_rows(), ca).product;
  const std::vector<double> l = backend.row_forms(b.device_rows(), cb, {}, b.device_rows(), cb).product;
  const double aa = unbiased_hsic(with_a, k, k);
  const double bb = unbiased_hsic(with_b, l, l);
  if (aa > 0.0 && bb > 0.0) result.debiased = unbiased_hsic(cross, k, l) / (std::sqrt(aa) * std::sqrt(bb));
  return result;
}

}  // namespace gramian
