#include "engine/analyses/comparison/rsa_inference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "engine/analyses/comparison/replicates.hpp"
#include "engine/random.hpp"

namespace gramian {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr uint64_t kPermutationStream = 0x7065726d;
constexpr uint64_t kBootstrapStream = 0x626f6f74;

std::mt19937_64 generator_of(uint64_t seed, uint64_t stream, int64_t replicate) {
  return std::mt19937_64(stream_seed(stream_seed(seed, stream), static_cast<uint64_t>(replicate)));
}

/// Numbers of a space that every replicate uses.
struct Side {
  std::vector<double> along_mean;  // αᵢ = μ·yᵢ
  double delta = 0.0;
};

Side side_of(Space& space) {
  Side side;
  side.along_mean = space.backend()
                        .row_forms(space.device_rows(), space.centered(), {}, space.device_rows(), space.centered())
                        .product;
  side.delta = std::accumulate(side.along_mean.begin(), side.along_mean.end(), 0.0) / static_cast<double>(space.size());
  for (double& x : side.along_mean) x = (side.delta - x) / 2.0;
  return side;
}

Precision used(Precision wanted, int64_t n) { return n < kSmallInference ? Precision::double_ : wanted; }

/// One replicate's weighted covariance from its product of rows (y, α, 1): the appended columns bring the weighted sums
/// that moving the mean needs. NaN where it is no more than `rounding` of its largest term and `variance` is wanted.
double weighted_covariance(const DenseMatrix& product, double q, double delta, double epsilon, bool variance,
                           double rounding) {
  const int64_t d1 = product.rows - 2;
  const int64_t d2 = product.cols - 2;
  const double n = product(d1 + 1, d2 + 1);
  const double sum_alpha = product(d1, d2 + 1);
  const double sum_beta = product(d1 + 1, d2);
  double square_m = 0.0;
  double square_l = 0.0;
  for (int64_t i = 0; i < d1; ++i) square_m += product(i, d2 + 1) * product(i, d2 + 1) / (n * n);
  for (int64_t j = 0; j < d2; ++j) square_l += product(d1 + 1, j) * product(d1 + 1, j) / (n * n);
  const double mean_g = sum_alpha / n + square_m;
  const double mean_h = sum_beta / n + square_l;
  // Σ w g h with g = α + m·y and h = β + l·z, each less its mean: μ'ᵀC'ν'.
  double bilinear = product(d1, d2) - n * mean_g * mean_h;
  double frobenius = 0.0;
  for (int64_t i = 0; i < d1; ++i) {
    const double m = product(i, d2 + 1) / n;
    double along = product(i, d2);
    for (int64_t j = 0; j < d2; ++j) {
      const double l = product(d1 + 1, j) / n;
      const double c = product(i, j);
      along += c * l;
      const double centered = c - n * m * l;
      frobenius += centered * centered;
    }
    bilinear += m * along;
  }
  for (int64_t j = 0; j < d2; ++j) bilinear += product(d1, j) * (product(d1 + 1, j) / n);

  const double moved_delta = delta - 2.0 * sum_alpha / n - square_m;
  const double moved_epsilon = epsilon - 2.0 * sum_beta / n - square_l;
  const double pairs = n * n - q;
  if (!(pairs > 0.0)) return kNan;
  const double diagonal = moved_delta * moved_epsilon;
  const double first = 2.0 * n * bilinear / pairs;
  const double second = frobenius / pairs;
  const double third = q * diagonal / pairs;
  const double fourth = q * q * diagonal / (pairs * pairs);
  const double result = first + second - third - fourth;
  const double largest = std::max(std::max(std::abs(first), second), std::max(third, fourth));
  return variance && !(result > rounding * largest) ? kNan : result;
}

/// Progress of one of several passes.
Progress part_of(const Progress& whole, int64_t pass, int64_t passes) {
  Progress part;
  part.cancelled = whole.cancelled;
  if (whole.report) {
    part.report = [&whole, pass, passes](int64_t done, int64_t total) {
      whole.report(pass * total + done, passes * total);
    };
  }
  return part;
}

}  // namespace

double resampling_bytes(const Space& a, const Space& b, Precision precision, int threads) {
  constexpr double kPadding = 50.0;  // appended columns, whole panels
  const double number = used(precision, a.size()) == Precision::double_ ? 8.0 : 4.0;
  const double wide = static_cast<double>(std::max(a.dim(), b.dim())) + kPadding;
  const double rows = static_cast<double>(a.size()) * (static_cast<double>(a.dim() + b.dim()) + 2.0 * kPadding);
  return rows * number + static_cast<double>(threads) * wide * wide * (number + 8.0);
}

std::vector<int64_t> permutation(int64_t n, uint64_t seed, int64_t replicate) {
  std::mt19937_64 generator = generator_of(seed, kPermutationStream, replicate);
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (int64_t k = n - 1; k > 0; --k) {
    std::swap(order[static_cast<size_t>(k)], order[static_cast<size_t>(random_below(generator, k + 1))]);
  }
  return order;
}

std::vector<int64_t> bootstrap_weights(int64_t n, uint64_t seed, int64_t replicate) {
  std::mt19937_64 generator = generator_of(seed, kBootstrapStream, replicate);
  std::vector<int64_t> weights(static_cast<size_t>(n));
  for (int64_t k = 0; k < n; ++k) ++weights[static_cast<size_t>(random_below(generator, n))];
  return weights;
}

PermutationTest permutation_test(Space& a, Space& b, const Rsa& observed, const PermutationSettings& settings,
                                 const Progress& progress) {
  if (settings.permutations < 1) throw InvalidUsage("a permutation test needs at least 1 permutation");
  const auto n = static_cast<double>(a.size());
  const double pairs = n * (n - 1.0);
  const double scale = observed.a.sd * observed.b.sd;
  PermutationTest test;
  test.permutations = settings.permutations;
  if (std::isnan(observed.pearson)) {
    test.p_value = test.mean = test.sd = kNan;
    return test;
  }
  const Side first = side_of(a);
  const Side second = side_of(b);
  const double diagonal = first.delta * second.delta;
  test.null.assign(static_cast<size_t>(settings.permutations), 0.0);
  const auto draw = [&](int64_t replicate, Resample& terms) {
    terms.right = permutation(a.size(), settings.seed, replicate);
    double sum = 0.0;
    for (size_t i = 0; i < first.along_mean.size(); ++i) {
      sum += first.along_mean[i] * second.along_mean[static_cast<size_t>(terms.right[i])];
    }
    test.null[static_cast<size_t>(replicate)] = 2.0 * n * sum;
  };
  const auto take = [&](int64_t replicate, const DenseMatrix& product) {
    double frobenius = 0.0;
    for (const double x : product.values) frobenius += x * x;
    double& r = test.null[static_cast<size_t>(replicate)];
    const double covariance = (r + frobenius - n * diagonal) / pairs - diagonal / ((n - 1.0) * (n - 1.0));
    r = std::clamp(covariance / scale, -1.0, 1.0);
  };
  const Precision precision = used(settings.precision, a.size());
  a.backend().resampled_grams({&a.device_rows(), &a.centered(), nullptr}, {&b.device_rows(), &b.centered(), nullptr},
                              precision, {settings.permutations, draw, take}, progress);
  conclude(test, observed.pearson, settings.two_sided, precision == Precision::double_ ? 1e-10 : 1e-7);
  return test;
}

namespace {

/// Per row its product with the mean row, and 1: what the weighted mean of the cosines is taken from.
DenseMatrix appended_columns(const Side& side) {
  DenseMatrix columns(std::ssize(side.along_mean), 2);
  for (int64_t i = 0; i < columns.rows; ++i) {
    columns(i, 0) = side.along_mean[static_cast<size_t>(i)];
    columns(i, 1) = 1.0;
  }
  return columns;
}

}  // namespace

BootstrapInterval bootstrap_interval(Space& a, Space& b, const BootstrapSettings& settings, const Progress& progress) {
  if (settings.replicates < 1) throw InvalidUsage("a bootstrap needs at least 1 replicate");
  if (!(settings.confidence > 0.0 && settings.confidence < 1.0)) {
    throw InvalidUsage("the confidence of an interval lies between 0 and 1");
  }
  if (a.size() < 3) {
    throw InvalidInput("RSA needs at least 3 shared items, there are " + std::to_string(a.size()));
  }
  const Precision precision = used(settings.precision, a.size());
  const double rounding = precision == Precision::double_ ? 1e-12 : 1e-5;
  const Side first = side_of(a);
  const Side second = side_of(b);
  const DenseMatrix first_columns = appended_columns(first);
  const DenseMatrix second_columns = appended_columns(second);
  const ResampledSide left{&a.device_rows(), &a.centered(), &first_columns};
  const ResampledSide right{&b.device_rows(), &b.centered(), &second_columns};
  const auto count = static_cast<size_t>(settings.replicates);

  std::vector<double> squares(count);  // Q
  const auto draw = [&](int64_t replicate, Resample& terms) {
    const std::vector<int64_t> weights = bootstrap_weights(a.size(), settings.seed, replicate);
    double q = 0.0;
    for (int64_t i = 0; i < a.size(); ++i) {
      const auto weight = static_cast<double>(weights[static_cast<size_t>(i)]);
      if (weight == 0.0) continue;
      terms.left.push_back(i);
      terms.weights.push_back(weight);
      q += weight * weight;
    }
    squares[static_cast<size_t>(replicate)] = q;
  };
  const auto pass = [&](const ResampledSide& x, double delta, const ResampledSide& y, double epsilon, bool variance,
                        int64_t number) {
    std::vector<double> found(count);
    a.backend().resampled_grams(x, y, precision,
                                {settings.replicates, draw,
                                 [&](int64_t replicate, const DenseMatrix& product) {
                                   found[static_cast<size_t>(replicate)] =
                                       weighted_covariance(product, squares[static_cast<size_t>(replicate)], delta,
                                                           epsilon, variance, rounding);
                                 }},
                                part_of(progress, number, 3));
    return found;
  };
  const std::vector<double> covariances = pass(left, first.delta, right, second.delta, false, 0);
  const std::vector<double> first_variances = pass(left, first.delta, left, first.delta, true, 1);
  const std::vector<double> second_variances = pass(right, second.delta, right, second.delta, true, 2);

  BootstrapInterval interval;
  interval.replicates = settings.replicates;
  for (size_t k = 0; k < count; ++k) {
    const double r = covariances[k] / (std::sqrt(first_variances[k]) * std::sqrt(second_variances[k]));
    interval.values.push_back(std::isnan(r) ? r : std::clamp(r, -1.0, 1.0));
  }
  conclude(interval, settings.confidence);
  return interval;
}

}  // namespace gramian
