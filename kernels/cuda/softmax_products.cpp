#include "kernels/cuda/softmax_products.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/error.hpp"

namespace gramian::cuda {
namespace {

/// Queries whose products are formed at a time.
constexpr int64_t kQueries = 256;

/// One query's products, taken row by row: sums are relative to the largest product so far.
class Taken {
 public:
  void take(int64_t row, double product, int64_t k, double temperature) {
    const RowProduct entry{row, product};
    if (std::ssize(top_) < k || entry < top_.front()) {
      if (std::ssize(top_) == k) {
        std::ranges::pop_heap(top_, std::less<>());
        top_.pop_back();
      }
      top_.push_back(entry);
      std::ranges::push_heap(top_, std::less<>());
    }
    if (product > largest_) {
      if (sum_ > 0.0) {
        const double shift = (largest_ - product) / temperature;
        weighted_ = std::exp(shift) * (weighted_ + sum_ * shift);
        sum_ *= std::exp(shift);
      }
      largest_ = product;
    }
    const double above = (product - largest_) / temperature;
    const double weight = std::exp(above);
    sum_ += weight;
    if (weight > 0.0) weighted_ += weight * above;
  }

  SoftmaxProducts finish() {
    std::ranges::sort_heap(top_, std::less<>());
    return {std::move(top_), sum_, std::log(sum_) - weighted_ / sum_};
  }

 private:
  std::vector<RowProduct> top_;  // a heap whose first is the worst
  double largest_ = -std::numeric_limits<double>::infinity();
  double sum_ = 0.0;       // of exp((z - largest) / T)
  double weighted_ = 0.0;  // of (z - largest) / T times that
};

}  // namespace

std::vector<SoftmaxProducts> softmax_products(Device& device, const CudaRows& rows, const RowTransform& transform,
                                              const DenseMatrix& queries, int64_t k, double temperature,
                                              const Progress& progress) {
  const int64_t n = rows.rows();
  const int64_t d = rows.dim();
  if (queries.cols != d) throw InvalidUsage("queries need as many dimensions as the rows have");
  if (n == 0 || k < 1) throw InvalidUsage("products with queries need rows, and at least one to be kept");
  if (!std::isfinite(temperature) || temperature <= 0.0) throw InvalidUsage("the temperature has to be above 0");
  device.use();
  const cudaStream_t stream = device.stream();
  const DeviceTransform on(transform, stream);
  const int64_t at_once = std::min(kPanelRows, n);
  const DeviceBuffer<double> on_queries = on_device(queries.values, stream, "queries");
  DeviceBuffer<double> panel(checked_product(at_once, d, "a panel of rows"), "a panel of rows");
  DeviceBuffer<double> products(std::min(kQueries, queries.rows) * at_once, "products");
  RowStream source(device, rows);
  std::vector<SoftmaxProducts> results;
  const int64_t steps = (queries.rows + kQueries - 1) / kQueries * ((n + at_once - 1) / at_once);
  int64_t done = 0;
  for (int64_t first = 0; first < queries.rows; first += kQueries) {
    const int64_t count = std::min(kQueries, queries.rows - first);
    std::vector<Taken> taken(static_cast<size_t>(count));
    for (int64_t begin = 0; begin < n; begin += at_once) {
      const int64_t part = std::min(at_once, n - begin);
      source.transform(begin, part, on, panel.data(), d, nullptr);
      TileProduct<double, double> product;
      product.a = on_queries.data() + first * d;
      product.b = panel.data();
      product.lda = product.ldb = product.k = d;
      product.m = count;
      product.n = part;
      product.c = products.data();
      product.ldc = part;
      device.blas().product(product, stream);
      const std::vector<double> z = on_host(products, count * part, stream);
      for (int64_t q = 0; q < count; ++q) {
        for (int64_t r = 0; r < part; ++r) {
          taken[static_cast<size_t>(q)].take(begin + r, z[static_cast<size_t>(q * part + r)], k, temperature);
        }
      }
      if (progress.cancelled && progress.cancelled()) throw Interrupted("interrupted");
      if (progress.report) progress.report(++done, steps);
    }
    for (Taken& each : taken) results.push_back(each.finish());
  }
  return results;
}

}  // namespace gramian::cuda
