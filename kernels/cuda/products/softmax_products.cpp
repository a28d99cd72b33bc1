#include "kernels/cuda/products/softmax_products.hpp"

#include <algorithm>

#include "engine/softmax_ranking.hpp"
#include "kernels/cuda/rows/unit_rows.hpp"
#include "kernels/cuda/runtime/buffers.hpp"

namespace gramian::cuda {
namespace {

/// Rows and queries on the device at a time. A query's sums are taken block by block of rows, so that their number must
/// not depend on anything.
constexpr int64_t kBlockRows = 1024;
constexpr int64_t kQueries = 4096;

}  // namespace

std::vector<SoftmaxProducts> softmax_products_of(Device& device, const CudaRows& rows, const RowTransform& transform,
                                                 const DenseMatrix& queries, int64_t k, double temperature,
                                                 const Progress& progress) {
  device.use();
  const cudaStream_t stream = device.stream();
  const int64_t n = rows.rows();
  const int64_t d = transform.dim(rows.dim());
  std::vector<SoftmaxRanking> rankings(static_cast<size_t>(queries.rows), SoftmaxRanking(std::min(k, n), temperature));
  const DeviceTransform on(transform, stream);
  RowStream source(device, rows);
  const int64_t block = std::min(kBlockRows, padded_rows(n));
  const int64_t most = std::min(kQueries, padded_rows(queries.rows));
  auto some_queries = zeros<double>(checked_product(most, d, "queries"), stream, "queries");
  auto panel = zeros<double>(checked_product(block, d, "a panel of rows"), stream, "a panel of rows");
  DeviceBuffer<double> products(most * block, "products");
  PinnedBuffer<double> fetched(most * block);
  const int64_t total = (queries.rows + kQueries - 1) / kQueries * n;
  int64_t done = 0;
  for (int64_t first = 0; first < queries.rows; first += kQueries) {
    const int64_t here = std::min(kQueries, queries.rows - first);
    copy_to_device(some_queries.data(), queries.values.data() + first * d, here * d, stream);
    for (int64_t begin = 0; begin < n; begin += block) {
      progress.check();
      const int64_t count = std::min(block, n - begin);
      source.transform(begin, count, on, panel.data(), d, nullptr);
      TileProduct<double, double> product;
      product.a = some_queries.data();
      product.b = panel.data();
      product.lda = product.ldb = product.k = d;
      product.m = padded_rows(here);
      product.n = block;
      product.c = products.data();
      product.ldc = block;
      device.blas().product(product, stream);
      copy_to_host(fetched.data(), products.data(), here * block, stream);
      device.synchronize();  // the products are read here
      for (int64_t q = 0; q < here; ++q) {
        rankings[static_cast<size_t>(first + q)].consume(fetched.data() + q * block, count, begin);
      }
      done += count;
      if (progress.report) progress.report(done, total);
    }
  }
  std::vector<SoftmaxProducts> ranked;
  ranked.reserve(rankings.size());
  for (SoftmaxRanking& ranking : rankings) ranked.push_back(ranking.take());
  return ranked;
}

}  // namespace gramian::cuda
