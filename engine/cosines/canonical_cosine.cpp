#include "engine/cosines/canonical_cosine.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/cosines/canonical_order.hpp"

namespace gramian {

double canonical_dot(const double* x, const double* y, int64_t count) {
  double lanes[kCanonicalLanes] = {};
  int64_t k = 0;
  for (; k + kCanonicalLanes <= count; k += kCanonicalLanes) {
    for (int64_t lane = 0; lane < kCanonicalLanes; ++lane) lanes[lane] += x[k + lane] * y[k + lane];
  }
  for (; k < count; ++k) lanes[k % kCanonicalLanes] += x[k] * y[k];
  for (int64_t half = kCanonicalLanes / 2; half > 0; half /= 2) {
    for (int64_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
  }
  return lanes[0];
}

void scale_by_power_of_two(double* x, int64_t count) {
  double largest = 0.0;
  for (int64_t k = 0; k < count; ++k) {
    if (!std::isfinite(x[k])) return;
    largest = std::max(largest, std::abs(x[k]));
  }
  if (largest == 0.0) return;
  int exponent = 0;
  std::frexp(largest, &exponent);
  // In two factors, since 2^1074 is none.
  const double first = std::ldexp(1.0, -exponent / 2);
  const double second = std::ldexp(1.0, -exponent - (-exponent / 2));
  for (int64_t k = 0; k < count; ++k) x[k] = x[k] * first * second;
}

double canonical_quotient(double xy, double xx, double yy) { return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0); }

double canonical_cosine(const double* x, const double* y, int64_t count) {
  std::vector<double> p(x, x + count);
  std::vector<double> q(y, y + count);
  scale_by_power_of_two(p.data(), count);
  scale_by_power_of_two(q.data(), count);
  return canonical_quotient(canonical_dot(p.data(), q.data(), count), canonical_dot(p.data(), p.data(), count),
                            canonical_dot(q.data(), q.data(), count));
}

double canonical_cosine_bound(int64_t d) {
  const int64_t m = (d + kCanonicalLanes - 1) / kCanonicalLanes;
  return static_cast<double>(2 * m + 14) * 0x1p-53;
}

}  // namespace gramian
