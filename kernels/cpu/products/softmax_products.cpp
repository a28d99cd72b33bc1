#include "kernels/cpu/products/softmax_products.hpp"

#include <algorithm>

#include "engine/error.hpp"
#include "engine/softmax_ranking.hpp"
#include "engine/threads.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/rows/panels.hpp"

namespace gramian::cpu {
namespace {

/// Rows in one block: its packed form and a panel of queries' tile stay in a core's share of the last cache.
constexpr int64_t kBlockRows = 16 * kPanel;

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

}  // namespace

std::vector<SoftmaxProducts> softmax_products(const DeviceRows& rows, const RowTransform& transform,
                                              const DenseMatrix& queries, int64_t k, double temperature, int threads,
                                              const Progress& progress) {
  const int64_t n = rows.rows();
  const int64_t d = queries.cols;
  const AlignedBuffer<double> packed_queries = pack_queries(queries);
  const int64_t block_rows = std::min(kBlockRows, panel_count(n) * kPanel);
  AlignedBuffer<double> packed(block_rows * d);
  // Lanes beyond the last row hold what an earlier block left: finite, and never read back.
  std::fill_n(packed.data(), packed.size(), 0.0);
  std::vector<AlignedBuffer<double>> tiles(static_cast<size_t>(threads));
  std::vector<SoftmaxRanking> rankings(static_cast<size_t>(queries.rows), SoftmaxRanking(std::min(k, n), temperature));
  for (int64_t begin = 0; begin < n; begin += block_rows) {
    progress.check();
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
                              tile.data(), block_rows, {});
      for (int64_t q = panel * kPanel; q < std::min(queries.rows, (panel + 1) * kPanel); ++q) {
        rankings[static_cast<size_t>(q)].consume(tile.data() + q % kPanel * block_rows, count, begin);
      }
    });
    progress.step(begin + count, n);
  }
  std::vector<SoftmaxProducts> ranked;
  ranked.reserve(rankings.size());
  for (SoftmaxRanking& ranking : rankings) ranked.push_back(ranking.take());
  return ranked;
}

}  // namespace gramian::cpu
