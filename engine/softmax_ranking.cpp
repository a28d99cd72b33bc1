#include "engine/softmax_ranking.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "engine/error.hpp"

namespace gramian {

void check_softmax(int64_t rows, int64_t dim, const DenseMatrix& queries, int64_t k, double temperature) {
  if (queries.cols != dim) {
    throw InvalidUsage("queries of " + std::to_string(queries.cols) + " dimensions for rows of " +
                       std::to_string(dim));
  }
  if (rows < 1) throw InvalidUsage("there is no row to rank");
  if (k < 1) throw InvalidUsage("k = " + std::to_string(k) + ": must be at least 1");
  if (!(temperature > 0.0) || !std::isfinite(temperature)) {
    throw InvalidUsage("a temperature must be finite and above 0");
  }
}

void SoftmaxRanking::consume(const double* z, int64_t count, int64_t first_row) {
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

SoftmaxProducts SoftmaxRanking::take() {
  std::ranges::sort(heap_, std::less<>());
  return {std::move(heap_), sum_, std::max(0.0, std::log(sum_) - weighted_ / sum_)};
}

/// Rows come in order, so an equal product is never better than what is held.
void SoftmaxRanking::offer(const RowProduct& entry) {
  if (heap_.size() == k_) {
    std::ranges::pop_heap(heap_, std::less<>());
    heap_.back() = entry;
  } else {
    heap_.push_back(entry);
  }
  std::ranges::push_heap(heap_, std::less<>());
  if (heap_.size() == k_) threshold_ = heap_.front().product;
}

}  // namespace gramian
