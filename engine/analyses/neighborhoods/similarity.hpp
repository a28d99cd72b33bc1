#pragma once
// The matrix of cosines of a small set of rows.

#include <cstdint>

#include "engine/products.hpp"
#include "engine/reductions/dense.hpp"

namespace gramian {

/// S = X̂X̂ᵀ (n x n, symmetric) from what Dense finds of a triangle. The diagonal is 1 by definition.
DenseMatrix similarity_matrix(const Dense::Found& found, int64_t n);

/// The `count` leading eigenvectors of a symmetric matrix as rows of the result, each with its largest entry positive.
DenseMatrix leading_vectors(const Eigen& eigen, int64_t count);

}  // namespace gramian
