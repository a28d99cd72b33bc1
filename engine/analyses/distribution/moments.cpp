#include "engine/analyses/distribution/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

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

/// Rounding leaves at most this share of the largest term where the covariance is exactly zero.
constexpr double kRounding = 64 * std::numeric_limits<double>::epsilon();

constexpr double kSmallestSd = 4 * std::numeric_limits<double>::epsilon();

double covariance(double n, double bilinear_term, double frobenius, double delta, double epsilon) {
  const double p = n * (n - 1.0);
  const double first = 2.0 * n * bilinear_term / p;
  const double second = frobenius / p;
  const double third = n * delta * epsilon / p;
  const double fourth = delta * epsilon / ((n - 1.0) * (n - 1.0));
  const double result = first + second - third - fourth;
  const double largest = std::max(std::max(std::abs(first), second), std::max(third, fourth));
  return std::abs(result) <= kRounding * largest ? 0.0 : result;
}

}  // namespace

PairMoments pair_moments(Space& space) {
  PairMoments moments;
  const int64_t count = space.size();
  if (count < 2) {
    moments.mean = moments.sd = std::numeric_limits<double>::quiet_NaN();
    return moments;
  }
  moments.pairs = count % 2 == 0 ? count / 2 * (count - 1) : (count - 1) / 2 * count;
  const auto n = static_cast<double>(count);
  const std::vector<double>& mu = space.mean_unit_row();
  const DenseMatrix& a = space.centered_gram();
  const double delta = trace(a) / n;
  double square = 0.0;
  for (const double x : mu) square += x * x;
  moments.mean = square - delta / (n - 1.0);
  const double variance = covariance(n, bilinear(mu, a, mu), frobenius_squared(a), delta, delta);
  // Unit rows are known to half a unit in the last place: a smaller spread than a few of them is rounding.
  moments.sd = variance > kSmallestSd * kSmallestSd ? std::sqrt(variance) : 0.0;
  return moments;
}

DenseMatrix centered_cross(Space& a, Space& b) {
  if (a.size() != b.size()) {
    throw InvalidUsage("comparing spaces needs the same items in both: " + std::to_string(a.size()) + " and " +
                       std::to_string(b.size()) + " rows");
  }
  return a.backend().gram(a.device_rows(), a.centered(), b.device_rows(), b.centered());
}

double pair_covariance(Space& a, Space& b, const DenseMatrix& cross) {
  if (a.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  const auto n = static_cast<double>(a.size());
  return covariance(n, bilinear(a.mean_unit_row(), cross, b.mean_unit_row()), frobenius_squared(cross),
                    trace(a.centered_gram()) / n, trace(b.centered_gram()) / n);
}

}  // namespace gramian
