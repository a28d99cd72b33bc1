#include "engine/analyses/comparison/dissimilarities.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "engine/analyses/comparison/replicates.hpp"
#include "engine/error.hpp"
#include "engine/threads.hpp"

namespace gramian {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

size_t place_of(int64_t n, int64_t i, int64_t j) { return static_cast<size_t>(i * n - i * (i + 1) / 2 + j - i - 1); }

std::string at(int64_t i, int64_t j) { return "row " + std::to_string(i) + ", column " + std::to_string(j); }

[[noreturn]] void refuse_value(double value, const std::string& where) {
  throw InvalidInput(where + " holds " + (std::isnan(value) ? "NaN" : "an infinity") +
                     ", where a dissimilarity belongs; leave that item out");
}

std::string shortest(double value) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

Dissimilarities from_vector(const MatrixView& view) {
  Dissimilarities found{items_of_pairs(view.cols), std::vector<double>(static_cast<size_t>(view.cols))};
  if (found.items == 0) {
    throw InvalidInput("has " + std::to_string(view.cols) +
                       " values, which is no n(n - 1)/2: neither a square matrix nor the pairs of one");
  }
  read_row(view, 0, found.pairs.data());
  for (size_t k = 0; k < found.pairs.size(); ++k) {
    if (!std::isfinite(found.pairs[k])) refuse_value(found.pairs[k], "value " + std::to_string(k));
  }
  return found;
}

/// A vector less its mean, and its length.
struct Centered {
  explicit Centered(const std::vector<double>& from) : values(from) {
    long double sum = 0.0L;
    for (const double x : values) sum += x;
    mean = static_cast<double>(sum / static_cast<long double>(values.size()));
    for (double& x : values) x -= mean;
    norm = safe_norm(values);
    // Equal numbers leave the rounding of their mean.
    const double scale = std::abs(mean) * std::sqrt(static_cast<double>(values.size()));
    if (norm <= 4.0 * std::numeric_limits<double>::epsilon() * scale) norm = 0.0;
  }
  std::vector<double> values;
  double mean = 0.0;
  double norm = 0.0;
};

double correlation(double product, double norm_a, double norm_b) {
  return norm_a > 0.0 && norm_b > 0.0 ? std::clamp(product / norm_a / norm_b, -1.0, 1.0) : kNan;
}

void require_same_items(const Dissimilarities& a, const Dissimilarities& b) {
  if (a.items != b.items) throw InvalidUsage("dissimilarities of different numbers of items");
  if (a.items < 3) throw InvalidInput("RSA needs at least 3 items, there are " + std::to_string(a.items));
}

/// n x n, zero on the diagonal.
std::vector<double> square(const std::vector<double>& pairs, int64_t n) {
  std::vector<double> full(static_cast<size_t>(n * n));
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = i + 1; j < n; ++j) {
      full[static_cast<size_t>(i * n + j)] = full[static_cast<size_t>(j * n + i)] = pairs[place_of(n, i, j)];
    }
  }
  return full;
}

/// Weighted Pearson correlation over the pairs of distinct items that were drawn. NaN where one side is constant.
double drawn_correlation(const Centered& a, const Centered& b, const std::vector<int64_t>& weights) {
  const int64_t n = std::ssize(weights);
  std::vector<int64_t> drawn;
  for (int64_t i = 0; i < n; ++i) {
    if (weights[static_cast<size_t>(i)] > 0) drawn.push_back(i);
  }
  double total = 0.0;
  double sum_a = 0.0;
  double sum_b = 0.0;
  double squares_a = 0.0;
  double squares_b = 0.0;
  double products = 0.0;
  for (size_t p = 0; p < drawn.size(); ++p) {
    for (size_t q = p + 1; q < drawn.size(); ++q) {
      const auto w =
          static_cast<double>(weights[static_cast<size_t>(drawn[p])] * weights[static_cast<size_t>(drawn[q])]);
      const double x = a.values[place_of(n, drawn[p], drawn[q])];
      const double y = b.values[place_of(n, drawn[p], drawn[q])];
      total += w;
      sum_a += w * x;
      sum_b += w * y;
      squares_a += w * x * x;
      squares_b += w * y * y;
      products += w * x * y;
    }
  }
  if (!(total > 0.0)) return kNan;
  constexpr double kRounding = 1e-12;
  const double variance_a = squares_a - sum_a * sum_a / total;
  const double variance_b = squares_b - sum_b * sum_b / total;
  if (!(variance_a > kRounding * squares_a) || !(variance_b > kRounding * squares_b)) return kNan;
  return correlation(products - sum_a * sum_b / total, std::sqrt(variance_a), std::sqrt(variance_b));
}

}  // namespace

int64_t items_of_pairs(int64_t pairs) {
  const auto n = static_cast<int64_t>(std::llround((1.0 + std::sqrt(1.0 + 8.0 * static_cast<double>(pairs))) / 2.0));
  return n * (n - 1) / 2 == pairs ? n : 0;
}

double Dissimilarities::operator()(int64_t i, int64_t j) const {
  return i == j ? 0.0 : pairs[place_of(items, std::min(i, j), std::max(i, j))];
}

Dissimilarities read_dissimilarities(const MatrixView& view) {
  if (view.rows == 1 && view.cols > 1) return from_vector(view);
  if (view.rows != view.cols) {
    throw InvalidInput("is " + std::to_string(view.rows) + " x " + std::to_string(view.cols) +
                       ": dissimilarities are a square matrix, or the vector of its pairs");
  }
  constexpr double kAsymmetry = 1e-6;
  const int64_t n = view.rows;
  Dissimilarities found{n, {}};
  found.pairs.resize(static_cast<size_t>(n * (n - 1) / 2));
  std::vector<double> row(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    read_row(view, i, row.data());
    for (int64_t j = 0; j < n; ++j) {
      const double value = row[static_cast<size_t>(j)];
      if (!std::isfinite(value)) refuse_value(value, at(i, j));
      if (j > i) found.pairs[place_of(n, i, j)] = value;
      if (j == i && value != 0.0) {
        throw InvalidInput("is " + shortest(value) + " at " + at(i, i) +
                           ": dissimilarities are 0 on the diagonal (1 - similarity is one)");
      }
      if (j >= i) continue;
      const double mirrored = found.pairs[place_of(n, j, i)];
      if (std::abs(value - mirrored) <= kAsymmetry * std::max(std::abs(value), std::abs(mirrored))) continue;
      throw InvalidInput("is not symmetric: " + shortest(value) + " at " + at(i, j) + ", " + shortest(mirrored) +
                         " at " + at(j, i) + "; give (d + d.T) / 2");
    }
  }
  return found;
}

Dissimilarities select(const Dissimilarities& all, std::span<const int64_t> rows) {
  Dissimilarities chosen{std::ssize(rows), {}};
  chosen.pairs.reserve(rows.size() * (rows.size() - 1) / 2);
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t j = i + 1; j < rows.size(); ++j) chosen.pairs.push_back(all(rows[i], rows[j]));
  }
  return chosen;
}

double pearson(const Dissimilarities& a, const Dissimilarities& b) {
  require_same_items(a, b);
  const Centered x(a.pairs);
  const Centered y(b.pairs);
  double product = 0.0;
  for (size_t k = 0; k < x.values.size(); ++k) product += x.values[k] * y.values[k];
  return correlation(product, x.norm, y.norm);
}

PermutationTest permutation_test(const Dissimilarities& a, const Dissimilarities& b, double observed,
                                 const PermutationSettings& settings, int threads, const Progress& progress) {
  require_same_items(a, b);
  if (settings.permutations < 1) throw InvalidUsage("a permutation test needs at least 1 permutation");
  PermutationTest test;
  test.permutations = settings.permutations;
  if (std::isnan(observed)) {
    test.p_value = test.mean = test.sd = kNan;
    return test;
  }
  const int64_t n = a.items;
  const Centered x(a.pairs);
  const Centered y(b.pairs);
  const std::vector<double> full = square(y.values, n);
  test.null.resize(static_cast<size_t>(settings.permutations));
  const auto draw = [&](int64_t replicate, int) {
    const std::vector<int64_t> order = permutation(n, settings.seed, replicate);
    double product = 0.0;
    size_t pair = 0;
    for (int64_t i = 0; i < n; ++i) {
      const double* const row = full.data() + order[static_cast<size_t>(i)] * n;
      double sum = 0.0;
      for (int64_t j = i + 1; j < n; ++j) sum += x.values[pair++] * row[order[static_cast<size_t>(j)]];
      product += sum;
    }
    test.null[static_cast<size_t>(replicate)] = correlation(product, x.norm, y.norm);
  };
  parallel_for(threads, settings.permutations, draw, [&](int64_t done) { progress.step(done, settings.permutations); });
  constexpr double kTie = 1e-10;
  conclude(test, observed, settings.two_sided, kTie);
  return test;
}

BootstrapInterval bootstrap_interval(const Dissimilarities& a, const Dissimilarities& b,
                                     const BootstrapSettings& settings, int threads, const Progress& progress) {
  require_same_items(a, b);
  if (settings.replicates < 1) throw InvalidUsage("a bootstrap needs at least 1 replicate");
  const Centered x(a.pairs);
  const Centered y(b.pairs);
  BootstrapInterval interval;
  interval.replicates = settings.replicates;
  interval.values.resize(static_cast<size_t>(settings.replicates));
  const auto draw = [&](int64_t replicate, int) {
    interval.values[static_cast<size_t>(replicate)] =
        drawn_correlation(x, y, bootstrap_weights(a.items, settings.seed, replicate));
  };
  parallel_for(threads, settings.replicates, draw, [&](int64_t done) { progress.step(done, settings.replicates); });
  conclude(interval, settings.confidence);
  return interval;
}

}  // namespace gramian
