#include "kernels/cpu/rows/rows.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/cpu/isa/isa.hpp"

namespace gramian::cpu {

const CpuRows& as_cpu(const DeviceRows& rows) { return dynamic_cast<const CpuRows&>(rows); }

double transformed_norm(const CpuRows& rows, int64_t row, const RowTransform& transform, double* out) {
  const int64_t d = rows.dim();
  const IsaTable& isa = isa_table();
  rows.read(row, out);
  if (!transform.shift.empty()) {
    for (int64_t k = 0; k < d; ++k) out[k] -= transform.shift[static_cast<size_t>(k)];
  }
  for (int64_t direction = 0; direction < transform.directions.rows; ++direction) {
    const double* axis = transform.directions.values.data() + direction * d;
    const double along = isa.dot(out, axis, d);
    for (int64_t k = 0; k < d; ++k) out[k] -= along * axis[k];
  }
  const double square = isa.dot(out, out, d);
  if (square > 1e-280 && square < 1e280) return std::sqrt(square);
  double largest = 0.0;
  for (int64_t k = 0; k < d; ++k) {
    if (!std::isfinite(out[k])) return std::nan("");
    largest = std::max(largest, std::abs(out[k]));
  }
  if (largest == 0.0) return 0.0;
  int exponent = 0;
  std::frexp(largest, &exponent);
  std::vector<double> scaled(static_cast<size_t>(d));
  for (int64_t k = 0; k < d; ++k) scaled[static_cast<size_t>(k)] = std::ldexp(out[k], -exponent);
  return std::ldexp(std::sqrt(isa.dot(scaled.data(), scaled.data(), d)), exponent);
}

void transformed_row(const CpuRows& rows, int64_t row, const RowTransform& transform, double* out) {
  const int64_t d = rows.dim();
  const double norm = transformed_norm(rows, row, transform, out);
  if (transform.unit) {
    // In two steps where 1 / norm might overflow; the bits are those that one step would give.
    int exponent = 0;
    const double fraction = std::frexp(norm, &exponent);
    if (exponent > -1000 && exponent < 1000) {
      const double inverse = 1.0 / norm;
      for (int64_t k = 0; k < d; ++k) out[k] *= inverse;
    } else {
      const double inverse = 1.0 / fraction;
      for (int64_t k = 0; k < d; ++k) out[k] = std::ldexp(out[k], -exponent) * inverse;
    }
  }
  if (!transform.recenter.empty()) {
    for (int64_t k = 0; k < d; ++k) out[k] -= transform.recenter[static_cast<size_t>(k)];
  }
}

}  // namespace gramian::cpu
