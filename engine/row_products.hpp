#pragma once
// Products of all transformed rows with one another: the n x n side of a Gram product. It has the non-zero eigenvalues,
// the trace and the Frobenius norm of the d x d side, and is the smaller one where rows have more dimensions than there
// are rows.

#include <cstdint>
#include <vector>

#include "engine/backend.hpp"

namespace gramian {

/// Whether n rows of d dimensions have the smaller side among themselves.
constexpr bool rows_are_fewer(int64_t n, int64_t d) { return n < d; }

/// <y_i, y_j>, n x n in fp64: a Gram product of the transposed rows, so many of their dimensions at a time.
DenseMatrix row_products(Backend& backend, const DeviceRows& rows, const RowTransform& transform);

/// <y_i, axis> of every row, in fp64.
std::vector<double> along_axis(const DeviceRows& rows, const RowTransform& transform, const std::vector<double>& axis);

/// Bytes of the smaller side while it is formed, of n rows of d dimensions.
double smaller_gram_bytes(int64_t n, int64_t d);
/// Bytes of it afterwards.
constexpr double smaller_gram_size(int64_t n, int64_t d) {
  const auto side = static_cast<double>(rows_are_fewer(n, d) ? n : d);
  return 8.0 * side * side;
}

}  // namespace gramian
