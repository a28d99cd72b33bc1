#include "engine/analyses/comparison/rsa.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "engine/cosines/canonical_cosine.hpp"

namespace gramian {
namespace {

double frobenius_norm(const DenseMatrix& a) { return std::sqrt(frobenius_squared(a)); }

double cka(double cross, double a, double b) {
  if (!(a > 0.0) || !(b > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return cross / a * (cross / b);
}

/// Columns centred, rows not scaled.
RowTransform column_centered(Space& space) {
  RowTransform transform = space.plain();
  transform.recenter = mean_row(space.backend(), space.device_rows(), space.plain());
  return transform;
}

}  // namespace

Rsa rsa(Space& a, Space& b) {
  if (a.size() < 3) {
    throw InvalidInput("RSA needs at least 3 shared items, there are " + std::to_string(a.size()));
  }
  const DenseMatrix cross = centered_cross(a, b);
  Rsa result;
  result.items = a.size();
  result.a = pair_moments(a);
  result.b = pair_moments(b);
  result.pairs = result.a.pairs;
  const auto constant = [](const Space& space, const PairMoments& moments) {
    return moments.sd <= canonical_cosine_bound(space.unit().dim(space.dim()));
  };
  result.constant_a = constant(a, result.a);
  result.constant_b = constant(b, result.b);
  result.pearson = std::numeric_limits<double>::quiet_NaN();
  if (!result.constant_a && !result.constant_b) {
    result.pearson = std::clamp(pair_covariance(a, b, cross) / (result.a.sd * result.b.sd), -1.0, 1.0);
  }
  Backend& backend = a.backend();
  result.linear_cka_unit =
      cka(frobenius_norm(cross), frobenius_norm(a.centered_gram()), frobenius_norm(b.centered_gram()));
  const RowTransform ca = column_centered(a);
  const RowTransform cb = column_centered(b);
  result.linear_cka = cka(frobenius_norm(backend.gram(a.device_rows(), ca, b.device_rows(), cb)),
                          frobenius_norm(backend.gram(a.device_rows(), ca, a.device_rows(), ca)),
                          frobenius_norm(backend.gram(b.device_rows(), cb, b.device_rows(), cb)));
  return result;
}

}  // namespace gramian
