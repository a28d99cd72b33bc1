#include "engine/analyses/distribution/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace gramian {
namespace {

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
  const OwnProducts own = own_products(space);
  const double delta = own.trace / n;
  double square = 0.0;
  for (const double x : mu) square += x * x;
  moments.mean = square - delta / (n - 1.0);
  const double variance = covariance(n, own.along_mean, own.squares, delta, delta);
  // Unit rows are known to half a unit in the last place: a smaller spread than a few of them is rounding.
  moments.sd = variance > kSmallestSd * kSmallestSd ? std::sqrt(variance) : 0.0;
  return moments;
}

double pair_covariance(Space& a, Space& b, const CrossProducts& cross) {
  if (a.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  const auto n = static_cast<double>(a.size());
  return covariance(n, cross.along_means, cross.squares, own_products(a).trace / n, own_products(b).trace / n);
}

}  // namespace gramian
