#include "engine/analyses/neighborhoods/similarity.hpp"

#include <cmath>

namespace gramian {

SweepRequest SimilarityAnalysis::needs() {
  SweepRequest request;
  request.dense = !done_;
  return request;
}

void SimilarityAnalysis::take(SweepState state) {
  matrix_ = DenseMatrix(n_, n_);
  for (int64_t i = 0; i < n_; ++i) {
    matrix_(i, i) = 1.0;
    for (int64_t j = i + 1; j < n_; ++j) {
      matrix_(i, j) = matrix_(j, i) = state.dense[static_cast<size_t>(i * n_ + j)];
    }
  }
  done_ = true;
}

DenseMatrix leading_vectors(const Eigen& eigen, int64_t count) {
  const int64_t n = eigen.vectors.rows;
  DenseMatrix leading(count, n);
  for (int64_t k = 0; k < count; ++k) {
    double largest = 0.0;
    for (int64_t i = 0; i < n; ++i) {
      const double entry = eigen.vectors(i, k);
      if (std::abs(entry) > std::abs(largest)) largest = entry;
    }
    for (int64_t i = 0; i < n; ++i) leading(k, i) = largest < 0.0 ? -eigen.vectors(i, k) : eigen.vectors(i, k);
  }
  return leading;
}

}  // namespace gramian
