#pragma once
// The one place that turns a stored row into a transformed one, for whatever computes a dot product.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/cosines/canonical_cosine.hpp"
#include "engine/rows.hpp"

namespace gramian::on_host {

/// ‖x‖. Numbers beyond the range where squares are safe are scaled by a power of two first, so that none overflows or
/// loses digits; what is beyond fp64 itself is its largest number. NaN where one is not finite.
template <class Dot>
double safe_norm(const double* x, int64_t d, Dot dot) {
  const double square = dot(x, x, d);
  if (square > 1e-280 && square < 1e280) return std::sqrt(square);
  double largest = 0.0;
  for (int64_t k = 0; k < d; ++k) {
    if (!std::isfinite(x[k])) return std::nan("");
    largest = std::max(largest, std::abs(x[k]));
  }
  if (largest == 0.0) return 0.0;
  int exponent = 0;
  std::frexp(largest, &exponent);
  std::vector<double> scaled(x, x + d);
  scale_by_power_of_two(scaled.data(), d);
  const double norm = std::ldexp(std::sqrt(dot(scaled.data(), scaled.data(), d)), exponent);
  return std::min(norm, std::numeric_limits<double>::max());
}

/// y up to, not including, the map, for `out` of d values.
template <class Dot>
void shifted_row(const DeviceRows& rows, int64_t row, const RowTransform& transform, double* out, Dot dot) {
  const int64_t d = rows.dim();
  rows.read(row, out);
  if (!transform.shift.empty()) {
    for (int64_t k = 0; k < d; ++k) out[k] -= transform.shift[static_cast<size_t>(k)];
  }
  for (int64_t direction = 0; direction < transform.directions.rows; ++direction) {
    const double* axis = transform.directions.values.data() + direction * d;
    const double along = dot(out, axis, d);
    for (int64_t k = 0; k < d; ++k) out[k] -= along * axis[k];
  }
}

/// Applies `transform` up to, not including, the scaling, for `out` of d' values.
template <class Dot>
void unscaled_row(const DeviceRows& rows, int64_t row, const RowTransform& transform, double* out, Dot dot) {
  if (!transform.maps()) {
    shifted_row(rows, row, transform, out, dot);
    return;
  }
  std::vector<double> shifted(static_cast<size_t>(rows.dim()));
  shifted_row(rows, row, transform, shifted.data(), dot);
  for (int64_t k = 0; k < transform.map.rows; ++k) {
    out[k] = dot(transform.map.values.data() + k * transform.map.cols, shifted.data(), rows.dim());
  }
}

/// The same; returns the norm (NaN for a row with a NaN or an infinity).
template <class Dot>
double transformed_norm(const DeviceRows& rows, int64_t row, const RowTransform& transform, double* out, Dot dot) {
  unscaled_row(rows, row, transform, out, dot);
  return safe_norm(out, transform.dim(rows.dim()), dot);
}

/// Applies all of `transform`.
template <class Dot>
void transformed_row(const DeviceRows& rows, int64_t row, const RowTransform& transform, double* out, Dot dot) {
  unscaled_row(rows, row, transform, out, dot);
  const int64_t d = transform.dim(rows.dim());
  if (transform.unit) {
    double square = dot(out, out, d);
    if (!(square > 1e-280 && square < 1e280)) {
      scale_by_power_of_two(out, d);
      square = dot(out, out, d);
    }
    const double inverse = 1.0 / std::sqrt(square);
    for (int64_t k = 0; k < d; ++k) out[k] *= inverse;
  }
  if (!transform.recenter.empty()) {
    for (int64_t k = 0; k < d; ++k) out[k] -= transform.recenter[static_cast<size_t>(k)];
  }
}

}  // namespace gramian::on_host
