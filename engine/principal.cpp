#include "engine/principal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "engine/row_products.hpp"

namespace gramian {
namespace {

struct Principal {
  std::vector<double> singular_values;  // of the transformed rows, descending
  DenseMatrix directions;               // as many rows, each of d
};

Principal from_triangle(Backend& backend, const DeviceRows& rows, const RowTransform& transform) {
  Svd svd = backend.svd(backend.triangular_factor(rows, transform));
  return {std::move(svd.values), std::move(svd.vt)};
}

/// From the Gram product, which squares what it is made of: where singular values below `smallest` of the largest
/// matter, from a QR factorization instead. 0: they do not.
Principal principal(Backend& backend, const DeviceRows& rows, const RowTransform& transform, double smallest) {
  // A factor of fewer rows than columns is the smaller of the two.
  if (rows_are_fewer(rows.rows(), transform.dim(rows.dim()))) return from_triangle(backend, rows, transform);
  const DenseMatrix gram = backend.gram(rows, transform, rows, transform);
  if (!squares_are_safe(gram)) return from_triangle(backend, rows, transform);
  const Eigen eigen = backend.eigh(gram);
  if (smallest > 0.0 && !(eigen.values.back() >= smallest * smallest * eigen.values.front())) {
    return from_triangle(backend, rows, transform);
  }
  Principal found{{}, DenseMatrix(gram.cols, gram.cols)};
  for (int64_t k = 0; k < gram.cols; ++k) {
    found.singular_values.push_back(std::sqrt(std::max(0.0, eigen.values[static_cast<size_t>(k)])));
    for (int64_t c = 0; c < gram.cols; ++c) found.directions(k, c) = eigen.vectors(c, k);
  }
  return found;
}

void orient(double* direction, int64_t d) {
  const double* const largest =
      std::max_element(direction, direction + d, [](double a, double b) { return std::abs(a) < std::abs(b); });
  if (*largest >= 0.0) return;
  for (int64_t c = 0; c < d; ++c) direction[c] = -direction[c];
}

/// Directions along which rows differ by more than rounding, the mean's included.
int64_t rank(const Principal& found, const DeviceRows& rows, const RowTransform& transform) {
  const auto n = static_cast<double>(rows.rows());
  const double largest = std::max(found.singular_values.front(), std::sqrt(n) * safe_norm(transform.shift));
  const double least = std::max(n, static_cast<double>(rows.dim())) * std::numeric_limits<double>::epsilon() * largest;
  return std::ranges::count_if(found.singular_values, [&](double value) { return value > least; });
}

[[noreturn]] void refuse_dims(int64_t dims, int64_t most) {
  throw InvalidSetting("dims", std::to_string(dims) + ": must be between 1 and " + std::to_string(most) +
                                   ", the dimensions along which these rows differ");
}

}  // namespace

DenseMatrix principal_directions(Backend& backend, const DeviceRows& rows, const RowTransform& transform,
                                 int64_t count) {
  Principal found = principal(backend, rows, transform, 0.0);
  found.directions.values.resize(static_cast<size_t>(count * found.directions.cols));
  found.directions.rows = count;
  return std::move(found.directions);
}

DenseMatrix principal_map(Backend& backend, const DeviceRows& rows, const RowTransform& transform,
                          const PrincipalMap& wanted) {
  // Below this share of the largest, the Gram product has lost a singular value's digits (as in spectrum.hpp).
  constexpr double kSmallest = 1e-6;
  const int64_t d = rows.dim();
  const int64_t most = std::min(rows.rows() - 1, d) - transform.directions.rows;
  if (most < 1) throw InvalidInput("these rows differ along no direction, so that they have no principal ones");
  if (wanted.dims && (*wanted.dims < 1 || *wanted.dims > most)) refuse_dims(*wanted.dims, most);
  Principal found = principal(backend, rows, transform, wanted.whiten ? kSmallest : 0.0);
  int64_t dims = wanted.dims.value_or(most);
  if (wanted.whiten) {
    const int64_t differ = std::min(most, rank(found, rows, transform));
    if (differ < 1) throw InvalidInput("these rows are all equal: there is nothing to whiten");
    if (wanted.dims.value_or(1) > differ) refuse_dims(*wanted.dims, differ);
    dims = wanted.dims.value_or(differ);
  }
  DenseMatrix map(dims, d);
  std::copy_n(found.directions.values.begin(), map.values.size(), map.values.begin());
  for (int64_t k = 0; k < dims; ++k) {
    double* const direction = map.values.data() + k * d;
    orient(direction, d);
    if (!wanted.whiten) continue;
    const double scale =
        std::sqrt(static_cast<double>(rows.rows() - 1)) / found.singular_values[static_cast<size_t>(k)];
    for (int64_t c = 0; c < d; ++c) direction[c] *= scale;
  }
  return map;
}

}  // namespace gramian
