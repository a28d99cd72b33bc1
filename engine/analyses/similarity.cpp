#include "engine/analyses/similarity.hpp"

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

}  // namespace gramian
