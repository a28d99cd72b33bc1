#pragma once
// The same results by the plainest means: every pair, untiled, in long double where that is cheap. Includes nothing of
// engine/ or kernels/, and shares no formula with them where there is another one.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace oracle {

/// Row-major.
struct Table {
  int64_t rows = 0;
  int64_t cols = 0;
  std::vector<double> values;

  Table() = default;
  Table(int64_t r, int64_t c) : rows(r), cols(c), values(static_cast<size_t>(r * c), 0.0) {}
  double& at(int64_t i, int64_t j) { return values[static_cast<size_t>(i * cols + j)]; }
  double at(int64_t i, int64_t j) const { return values[static_cast<size_t>(i * cols + j)]; }
};

/// Each row scaled to length 1.
Table unit_rows(const Table& rows);
/// Cosines of the pairs i < j: (0, 1), (0, 2), ..., (n-2, n-1).
std::vector<double> cosines(const Table& rows);
/// Of every row of one table with every row of another: (0, 0), (0, 1), ...
std::vector<double> cosines_between(const Table& a, const Table& b);

struct Extreme {
  double value = 0.0;
  int64_t i = 0;
  int64_t j = 0;
};
/// First in pair order among equals; `cosines` are those of n rows in pair order.
Extreme smallest(const std::vector<double>& cosines, int64_t n);
Extreme largest(const std::vector<double>& cosines, int64_t n);

struct Histogram {
  uint64_t below = 0;
  uint64_t above = 0;
  std::vector<uint64_t> counts;
};
/// numpy.histogram(x, bins, (lo, hi)), by search in its edges.
Histogram histogram(const std::vector<double>& x, double lo, double hi, int64_t bins);

/// numpy.quantile(x, q), x ascending.
double quantile(const std::vector<double>& sorted, double q);

struct Moments {
  double mean = 0.0;
  double sd = 0.0;  // ddof 0
};
/// Two passes.
Moments moments(const std::vector<double>& x);
/// NaN where x or y is constant.
double pearson(const std::vector<double>& x, const std::vector<double>& y);

/// Average ranks, 1-based, by counting for each value those below and those equal: O(n²).
std::vector<double> average_ranks(const std::vector<double>& x);
/// Pearson's correlation of the average ranks; NaN where x or y is constant.
double spearman(const std::vector<double>& x, const std::vector<double>& y);
/// (concordant − discordant) / all pairs of observations, by looking at each: O(n²).
double kendall_tau_a(const std::vector<double>& x, const std::vector<double>& y);

/// From the n x n kernels XXᵀ and YYᵀ, centred on both sides.
double linear_cka(const Table& x, const Table& y);
/// From the same kernels with their diagonals set to 0, term by term as Song et al. (2012) write HSIC₁; n >= 4.
double debiased_cka(const Table& x, const Table& y);

/// Eigenvalues, descending, by cyclic Jacobi rotations.
std::vector<double> eigenvalues(const Table& symmetric);
/// Singular values, descending, and right singular vectors (row k belongs to value k) by one-sided Jacobi rotations,
/// which find small values to high relative accuracy. min(rows, cols) of each.
struct Singular {
  std::vector<double> values;
  Table vectors;
};
Singular singular(const Table& a);
double effective_rank(const std::vector<double>& singular_values);
double participation_ratio(const std::vector<double>& singular_values);

/// <row i, x> of every row.
std::vector<double> products(const Table& rows, const std::vector<double>& x);
/// softmax(z / temperature), and its entropy in nats from the probabilities.
struct Softmax {
  std::vector<double> probabilities;
  double entropy = 0.0;
};
Softmax softmax(const std::vector<double>& z, double temperature);

/// Average linkage on 1 - cosine by its definition: at each step the two clusters whose rows' mean distance is
/// smallest, all means formed anew. (a, b, height) with clusters numbered as scipy numbers them, a < b.
struct Joined {
  int64_t a = 0;
  int64_t b = 0;
  double height = 0.0;
};
std::vector<Joined> average_linkage(const Table& cosines);

/// The mean row subtracted.
Table center(const Table& rows);
/// Centred, then without its components along the first `count` right singular vectors.
Table remove_top(const Table& rows, int64_t count);

}  // namespace oracle
