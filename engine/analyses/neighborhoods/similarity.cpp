#include "engine/analyses/neighborhoods/similarity.hpp"

#include <cmath>

namespace gramian {

DenseMatrix similarity_matrix(const Dense::Found& found, int64_t n) {
  DenseMatrix matrix(n, n);
  for (int64_t i = 0; i < n; ++i) {
    matrix(i, i) = 1.0;
    for (int64_t j = i + 1; j < n; ++j) {
      matrix(i, j) = matrix(j, i) = found.cosines[static_cast<size_t>(i * n + j)];
    }
  }
  return matrix;
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
