// Softmax over the products of queries with all rows, on the host.

#include <algorithm>
#include <vector>

#include "engine/backend.hpp"
#include "engine/on_host/row_block.hpp"
#include "engine/softmax_ranking.hpp"
#include "engine/threads.hpp"

namespace gramian {

std::vector<SoftmaxProducts> Backend::do_softmax_products(const DeviceRows& rows, const RowTransform& transform,
                                                          const DenseMatrix& queries, int64_t k, double temperature,
                                                          const Progress& progress) {
  const int64_t n = rows.rows();
  const int64_t d = queries.cols;
  std::vector<SoftmaxRanking> rankings(static_cast<size_t>(queries.rows), SoftmaxRanking(std::min(k, n), temperature));
  for (int64_t begin = 0; begin < n; begin += on_host::kBlockRows) {
    const int64_t end = std::min(n, begin + on_host::kBlockRows);
    const std::vector<double> block = on_host::transformed_rows(rows, transform, begin, end);
    parallel_for(on_host::threads(), queries.rows, [&](int64_t q, int) {
      std::vector<double> products(static_cast<size_t>(end - begin));
      for (int64_t r = 0; r < end - begin; ++r) {
        products[static_cast<size_t>(r)] = on_host::dot(block.data() + r * d, queries.values.data() + q * d, d);
      }
      rankings[static_cast<size_t>(q)].consume(products.data(), std::ssize(products), begin);
    });
    progress.step(end, n);
  }
  std::vector<SoftmaxProducts> ranked;
  ranked.reserve(rankings.size());
  for (SoftmaxRanking& ranking : rankings) ranked.push_back(ranking.take());
  return ranked;
}

}  // namespace gramian
