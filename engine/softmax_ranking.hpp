#pragma once
// A backend reduces the products of one query to this: their softmax and the largest of them, block by block of rows.

#include <cstdint>
#include <limits>
#include <vector>

#include "engine/products.hpp"

namespace gramian {

/// Throws InvalidUsage for what Backend::softmax_products refuses.
void check_softmax(int64_t rows, int64_t dim, const DenseMatrix& queries, int64_t k, double temperature);

/// One query's softmax and its largest products so far. With u = (z - largest) / T, all sums are of exp(u) <= 1 and are
/// rescaled when a larger z comes (M. Milakov and N. Gimelshein, Online normalizer calculation for softmax, 2018).
class SoftmaxRanking {
 public:
  SoftmaxRanking(int64_t k, double temperature) : k_(static_cast<size_t>(k)), temperature_(temperature) {}

  /// The products of rows first_row, first_row + 1, ...: blocks of rows come in order.
  void consume(const double* z, int64_t count, int64_t first_row);
  SoftmaxProducts take();

 private:
  void offer(const RowProduct& entry);

  size_t k_;
  double temperature_;
  double largest_ = -std::numeric_limits<double>::infinity();
  double sum_ = 0.0;
  double weighted_ = 0.0;  // Σ u exp(u)
  double threshold_ = -std::numeric_limits<double>::infinity();
  std::vector<RowProduct> heap_;  // its top is the worst
};

}  // namespace gramian
