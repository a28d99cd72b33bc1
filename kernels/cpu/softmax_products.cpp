#include "kernels/cpu/softmax_products.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "engine/error.hpp"
#include "kernels/cpu/isa.hpp"
#include "kernels/cpu/panels.hpp"
#include "kernels/cpu/threads.hpp"

namespace gramian::cpu {
namespace {

/// Rows in one block: its packed form and a panel of queries' tile stay in a core's share of the last cache.
constexpr int64_t kBlockRows = 16 * kPanel;

/// One query's softmax and its largest products so far. With u = (z - largest) / T, all sums are of exp(u) <= 1 and are
/// rescaled when a larger z comes (M. Milakov and N. Gimelshein, Online normalizer calculation for softmax, 2018).
class Ranking {
 public:
  Ranking(int64_t k, double temperature) : k_(static_cast<size_t>(k)), temperature_(temperature) {}

  void consume(const double* z, int64_t count, int64_t first_row) {
    const double largest = *std::max_element(z, z + count);
    if (largest > largest_) {
      if (sum_ > 0.0) {
        const double down = (largest_ - largest) / temperature_;
        const double factor = std::exp(down);
        if (factor > 0.0) {
          weighted_ = factor * (weighted_ + down * sum_);
          sum_ *= factor;
        } else {
          sum_ = weighted_ = 0.0;
        }
      }
      largest_ = largest;
    }
    double sum = 0.0;
    double weighted = 0.0;
    for (int64_t i = 0; i < count; ++i) {
      const double u = (z[i] - largest_) / temperature_;
      const double e = std::exp(u);
      sum += e;
      if (e > 0.0) weighted += u * e;
      if (z[i] > threshold_) offer({first_row + i, z[i]});
    }
    sum_ += sum;
    weighted_ += weighted;
  }

  SoftmaxProducts take() {
    std::ranges::sort(heap_, std::less<>());
    return {std::move(heap_), sum_, std::max(0.0, std::log(sum_) - weighted_ / sum_)};
  }

 private:
  /// Rows come in order, so an equal product is never better than what is held.
  void offer(const RowProduct& entry) {
    if (heap_.size() == k_) {
      std::ranges::pop_heap(heap_, std::less<>());
      heap_.back() = entry;
    } else {
      heap_.push_back(entry);
    }
    std::ranges::push_heap(heap_, std::less<>());
    if (heap_.size() == k_) threshold_ = heap_.front().product;
  }

  size_t k_;
  double temperature_;
  double largest_ = -std::numeric_limits<double>::infinity();
  double sum_ = 0.0;
  double weighted_ = 0.0;  // Σ u exp(u)
  double threshold_ = -std::numeric_limits<double>::infinity();
  std::vector<RowProduct> heap_;  // its top is the worst
};

AlignedBuffer<double> pack_queries(const DenseMatrix& queries) {
  const int64_t d = queries.cols;
  AlignedBuffer<double> packed(panel_count(queries.rows) * kPanel * d);
  std::fill_n(packed.data(), packed.size(), 0.0);
  for (int64_t q = 0; q < queries.rows; ++q) {
    double* out = packed.data() + q / kPanel * d * kPanel + q % kPanel;
    for (int64_t k = 0; k < d; ++k) out[k * kPanel] = queries(q, k);
  }
  return packed;
}

void check(const CpuRows& rows, const DenseMatrix& queries, int64_t k, double temperature) {
  if (queries.cols != rows.dim()) {
    throw InvalidUsage("queries of " + std::to_string(queries.cols) + " dimensions for rows of " +
                       std::to_string(rows.dim()));
  }
  if (rows.rows() < 1) throw InvalidUsage("there is no row to rank");
  if (k < 1) throw InvalidUsage("k = " + std::to_string(k) + ": must be at least 1");
  if (!(temperature > 0.0) || !std::isfinite(temperature)) {
    throw InvalidUsage("a temperature must be finite and above 0");
  }
}

}  // namespace

std::vector<SoftmaxProducts> softmax_products(const CpuRows& rows, const RowTransform& transform,
                                              const DenseMatrix& queries, int64_t k, double temperature, int threads,
                                              const Progress& progress) {
  check(rows, queries, k, temperature);
  const int64_t n = rows.rows();
  const int64_t d = rows.dim();
  const AlignedBuffer<double> packed_queries = pack_queries(queries);
  const int64_t block_rows = std::min(kBlockRows, panel_count(n) * kPanel);
  AlignedBuffer<double> packed(block_rows * d);
  // Lanes beyond the last row hold what an earlier block left: finite, and never read back.
  std::fill_n(packed.data(), packed.size(), 0.0);
  std::vector<AlignedBuffer<double>> tiles(static_cast<size_t>(threads));
  std::vector<Ranking> rankings(static_cast<size_t>(queries.rows), Ranking(std::min(k, n), temperature));
  for (int64_t begin = 0; begin < n; begin += block_rows) {
    if (progress.cancelled && progress.cancelled()) throw Interrupted("interrupted");
    const int64_t count = std::min(n - begin, block_rows);
    parallel_for(threads, panel_count(count), [&](int64_t panel, int) {
      std::vector<double> row(static_cast<size_t>(d));
      for (int64_t r = panel * kPanel; r < std::min(count, (panel + 1) * kPanel); ++r) {
        transformed_row(rows, begin + r, transform, row.data());
        double* out = packed.data() + panel * d * kPanel + r % kPanel;
        for (int64_t c = 0; c < d; ++c) out[c * kPanel] = row[static_cast<size_t>(c)];
      }
    });
    parallel_for(threads, panel_count(queries.rows), [&](int64_t panel, int worker) {
      AlignedBuffer<double>& tile = tiles[static_cast<size_t>(worker)];
      if (tile.size() == 0) tile = AlignedBuffer<double>(kPanel * block_rows);
      isa_table().product_f64({packed_queries.data() + panel * d * kPanel, 1}, {packed.data(), panel_count(count)}, d,
                              tile.data(), block_rows, false, false, false);
      for (int64_t q = panel * kPanel; q < std::min(queries.rows, (panel + 1) * kPanel); ++q) {
        rankings[static_cast<size_t>(q)].consume(tile.data() + q % kPanel * block_rows, count, begin);
      }
    });
    if (progress.report) progress.report(begin + count, n);
  }
  std::vector<SoftmaxProducts> ranked;
  ranked.reserve(rankings.size());
  for (Ranking& ranking : rankings) ranked.push_back(ranking.take());
  return ranked;
}

}  // namespace gramian::cpu
