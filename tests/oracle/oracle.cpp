#include "tests/oracle/oracle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "tests/oracle/wide.hpp"

namespace oracle {
namespace {

Extreme first_best(const std::vector<double>& cosines, int64_t n, double sign) {
  Extreme best{std::numeric_limits<double>::infinity() * sign, 0, 0};
  size_t k = 0;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = i + 1; j < n; ++j, ++k) {
      if (sign * cosines[k] < sign * best.value) best = {cosines[k], i, j};
    }
  }
  return best;
}

}  // namespace

Table unit_rows(const Table& rows) {
  Table unit = rows;
  for (int64_t i = 0; i < rows.rows; ++i) {
    const Wide norm = std::sqrt(dot(row(rows, i), row(rows, i), rows.cols));
    for (int64_t k = 0; k < rows.cols; ++k) unit.at(i, k) = static_cast<double>(rows.at(i, k) / norm);
  }
  return unit;
}

std::vector<double> cosines(const Table& rows) {
  std::vector<Wide> norms;
  for (int64_t i = 0; i < rows.rows; ++i) norms.push_back(std::sqrt(dot(row(rows, i), row(rows, i), rows.cols)));
  std::vector<double> all;
  for (int64_t i = 0; i < rows.rows; ++i) {
    for (int64_t j = i + 1; j < rows.rows; ++j) {
      const Wide product = dot(row(rows, i), row(rows, j), rows.cols);
      all.push_back(static_cast<double>(product / norms[static_cast<size_t>(i)] / norms[static_cast<size_t>(j)]));
    }
  }
  return all;
}

std::vector<double> cosines_between(const Table& a, const Table& b) {
  std::vector<double> all;
  for (int64_t i = 0; i < a.rows; ++i) {
    const Wide x = std::sqrt(dot(row(a, i), row(a, i), a.cols));
    for (int64_t j = 0; j < b.rows; ++j) {
      const Wide y = std::sqrt(dot(row(b, j), row(b, j), b.cols));
      all.push_back(static_cast<double>(dot(row(a, i), row(b, j), a.cols) / x / y));
    }
  }
  return all;
}

Extreme smallest(const std::vector<double>& cosines, int64_t n) { return first_best(cosines, n, 1.0); }
Extreme largest(const std::vector<double>& cosines, int64_t n) { return first_best(cosines, n, -1.0); }

Histogram histogram(const std::vector<double>& x, double lo, double hi, int64_t bins) {
  // numpy.linspace
  std::vector<double> edges;
  const double step = (hi - lo) / static_cast<double>(bins);
  for (int64_t b = 0; b < bins; ++b) {
    volatile double product = static_cast<double>(b) * step;  // no fused multiply-add
    edges.push_back(product + lo);
  }
  edges.push_back(hi);
  Histogram result;
  result.counts.assign(static_cast<size_t>(bins), 0);
  for (const double value : x) {
    if (value < lo) {
      ++result.below;
    } else if (value > hi) {
      ++result.above;
    } else {
      const auto bin = std::upper_bound(edges.begin(), edges.end(), value) - edges.begin() - 1;
      ++result.counts[static_cast<size_t>(std::min<std::ptrdiff_t>(bin, bins - 1))];
    }
  }
  return result;
}

double quantile(const std::vector<double>& sorted, double q) {
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double index = q * static_cast<double>(sorted.size() - 1);
  const auto before = static_cast<size_t>(std::floor(index));
  const size_t after = std::min(before + 1, sorted.size() - 1);
  const double t = index - std::floor(index);
  const double a = sorted[before];
  const double b = sorted[after];
  // numpy's _lerp, whose rounding is symmetric.
  const double step = (b - a) * (t >= 0.5 ? 1.0 - t : t);
  return t >= 0.5 ? b - step : a + step;
}

Moments moments(const std::vector<double>& x) {
  Wide sum = 0;
  for (const double value : x) sum += value;
  const Wide mean = sum / static_cast<Wide>(x.size());
  Wide squares = 0;
  for (const double value : x) squares += (value - mean) * (value - mean);
  return {static_cast<double>(mean), static_cast<double>(std::sqrt(squares / static_cast<Wide>(x.size())))};
}

double pearson(const std::vector<double>& x, const std::vector<double>& y) {
  const auto count = static_cast<Wide>(x.size());
  Wide mean_x = 0;
  Wide mean_y = 0;
  for (size_t k = 0; k < x.size(); ++k) {
    mean_x += x[k] / count;
    mean_y += y[k] / count;
  }
  Wide xx = 0;
  Wide yy = 0;
  Wide xy = 0;
  for (size_t k = 0; k < x.size(); ++k) {
    xx += (x[k] - mean_x) * (x[k] - mean_x);
    yy += (y[k] - mean_y) * (y[k] - mean_y);
    xy += (x[k] - mean_x) * (y[k] - mean_y);
  }
  if (xx == 0 || yy == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(xy / std::sqrt(xx) / std::sqrt(yy));
}

std::vector<double> average_ranks(const std::vector<double>& x) {
  std::vector<double> ranks;
  for (const double value : x) {
    int64_t below = 0;
    int64_t equal = 0;
    for (const double other : x) {
      below += other < value;
      equal += other == value;
    }
    ranks.push_back(static_cast<double>(below) + static_cast<double>(equal + 1) / 2.0);
  }
  return ranks;
}

double spearman(const std::vector<double>& x, const std::vector<double>& y) {
  return pearson(average_ranks(x), average_ranks(y));
}

double kendall_tau_a(const std::vector<double>& x, const std::vector<double>& y) {
  int64_t sum = 0;
  const auto sign = [](double a, double b) { return (a > b) - (a < b); };
  for (size_t p = 0; p < x.size(); ++p) {
    for (size_t q = 0; q < p; ++q) sum += sign(x[p], x[q]) * sign(y[p], y[q]);
  }
  const auto m = static_cast<double>(x.size());
  return static_cast<double>(sum) / (m * (m - 1.0) / 2.0);
}

double linear_cka(const Table& x, const Table& y) {
  const int64_t n = x.rows;
  const auto kernel = [n](const Table& rows) {
    std::vector<Wide> k(static_cast<size_t>(n * n));
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j) k[static_cast<size_t>(i * n + j)] = dot(row(rows, i), row(rows, j), rows.cols);
    }
    std::vector<Wide> means(static_cast<size_t>(n));
    Wide grand = 0;
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j) means[static_cast<size_t>(i)] += k[static_cast<size_t>(i * n + j)] / n;
      grand += means[static_cast<size_t>(i)] / n;
    }
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        k[static_cast<size_t>(i * n + j)] += grand - means[static_cast<size_t>(i)] - means[static_cast<size_t>(j)];
      }
    }
    return k;
  };
  const std::vector<Wide> a = kernel(x);
  const std::vector<Wide> b = kernel(y);
  Wide aa = 0;
  Wide bb = 0;
  Wide ab = 0;
  for (size_t k = 0; k < a.size(); ++k) {
    aa += a[k] * a[k];
    bb += b[k] * b[k];
    ab += a[k] * b[k];
  }
  return static_cast<double>(ab / std::sqrt(aa) / std::sqrt(bb));
}

double debiased_cka(const Table& x, const Table& y) {
  const int64_t n = x.rows;
  const auto kernel = [n](const Table& rows) {
    std::vector<Wide> k(static_cast<size_t>(n * n));
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        if (i != j) k[static_cast<size_t>(i * n + j)] = dot(row(rows, i), row(rows, j), rows.cols);
      }
    }
    return k;
  };
  const auto hsic = [n](const std::vector<Wide>& k, const std::vector<Wide>& l) {
    Wide trace = 0;
    Wide sum_k = 0;
    Wide sum_l = 0;
    Wide through = 0;  // 1ᵀKL1
    for (int64_t i = 0; i < n; ++i) {
      Wide row_k = 0;
      Wide row_l = 0;
      for (int64_t j = 0; j < n; ++j) {
        trace += k[static_cast<size_t>(i * n + j)] * l[static_cast<size_t>(i * n + j)];
        row_k += k[static_cast<size_t>(i * n + j)];
        row_l += l[static_cast<size_t>(i * n + j)];
      }
      sum_k += row_k;
      sum_l += row_l;
      through += row_k * row_l;
    }
    const Wide m = n;
    return (trace + sum_k * sum_l / ((m - 1) * (m - 2)) - 2 * through / (m - 2)) / (m * (m - 3));
  };
  const std::vector<Wide> k = kernel(x);
  const std::vector<Wide> l = kernel(y);
  return static_cast<double>(hsic(k, l) / std::sqrt(hsic(k, k)) / std::sqrt(hsic(l, l)));
}

std::vector<double> products(const Table& rows, const std::vector<double>& x) {
  std::vector<double> all;
  for (int64_t i = 0; i < rows.rows; ++i) all.push_back(static_cast<double>(dot(row(rows, i), x.data(), rows.cols)));
  return all;
}

Softmax softmax(const std::vector<double>& z, double temperature) {
  const Wide largest = *std::max_element(z.begin(), z.end());
  Wide sum = 0;
  for (const double value : z) sum += std::exp((value - largest) / temperature);
  Softmax result;
  Wide entropy = 0;
  for (const double value : z) {
    const Wide p = std::exp((value - largest) / temperature) / sum;
    result.probabilities.push_back(static_cast<double>(p));
    if (p > 0) entropy -= p * std::log(p);
  }
  result.entropy = static_cast<double>(entropy);
  return result;
}

std::vector<Joined> average_linkage(const Table& cosines) {
  std::vector<std::pair<int64_t, std::vector<int64_t>>> clusters;  // number, rows
  for (int64_t i = 0; i < cosines.rows; ++i) clusters.push_back({i, {i}});
  std::vector<Joined> joined;
  while (clusters.size() > 1) {
    Joined best{0, 0, std::numeric_limits<double>::infinity()};
    size_t at_a = 0;
    size_t at_b = 0;
    for (size_t a = 0; a < clusters.size(); ++a) {
      for (size_t b = a + 1; b < clusters.size(); ++b) {
        Wide sum = 0;
        for (const int64_t i : clusters[a].second) {
          for (const int64_t j : clusters[b].second) sum += 1.0L - cosines.at(i, j);
        }
        const auto pairs = static_cast<Wide>(clusters[a].second.size() * clusters[b].second.size());
        const auto mean = static_cast<double>(sum / pairs);
        if (mean >= best.height) continue;
        best = {std::min(clusters[a].first, clusters[b].first), std::max(clusters[a].first, clusters[b].first), mean};
        at_a = a;
        at_b = b;
      }
    }
    std::vector<int64_t> rows = clusters[at_a].second;
    rows.insert(rows.end(), clusters[at_b].second.begin(), clusters[at_b].second.end());
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(at_b));
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(at_a));
    clusters.push_back({cosines.rows + static_cast<int64_t>(joined.size()), std::move(rows)});
    joined.push_back(best);
  }
  return joined;
}

}  // namespace oracle
