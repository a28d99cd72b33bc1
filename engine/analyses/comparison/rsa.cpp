#include "engine/analyses/comparison/rsa.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "engine/analyses/comparison/cka.hpp"
#include "engine/cosines/canonical_cosine.hpp"

namespace gramian {
namespace {

double cka(double cross, double a, double b) {
  if (!(a > 0.0) || !(b > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return cross / a * (cross / b);
}

}  // namespace

Rsa rsa(Space& a, Space& b) {
  if (a.size() < 3) {
    throw InvalidInput("RSA needs at least 3 shared items, there are " + std::to_string(a.size()));
  }
  const CrossProducts cross = cross_products(a, b);
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
  result.linear_cka_unit =
      cka(std::sqrt(cross.squares), std::sqrt(own_products(a).squares), std::sqrt(own_products(b).squares));
  const LinearCka stored = linear_cka(a, b);
  result.linear_cka = stored.biased;
  result.linear_cka_debiased = stored.debiased;
  return result;
}

}  // namespace gramian
