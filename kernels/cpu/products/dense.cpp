#include "kernels/cpu/products/dense.hpp"

#include <lapacke.h>

#include <algorithm>
#include <string>

#include "engine/error.hpp"
#include "engine/narrow.hpp"

namespace gramian::cpu {
namespace {

void check(lapack_int info, const char* routine) {
  if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR) {
    throw OutOfMemory(std::string(routine) + ": no memory for its workspace");
  }
  if (info != 0) {
    throw InvalidInput(std::string(routine) + " did not converge (info " + std::to_string(info) + ")");
  }
}

}  // namespace

Eigen eigh(const DenseMatrix& symmetric) {
  const auto m = narrow<lapack_int>(symmetric.rows);
  Eigen result;
  if (m == 0) return result;
  DenseMatrix vectors = symmetric;
  std::vector<double> values(static_cast<size_t>(m));
  check(LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'U', m, vectors.values.data(), m, values.data()), "dsyevd");
  // LAPACK's order is ascending.
  std::ranges::reverse(values);
  for (int64_t i = 0; i < m; ++i) {
    std::reverse(vectors.values.begin() + i * m, vectors.values.begin() + (i + 1) * m);
  }
  result.values = std::move(values);
  result.vectors = std::move(vectors);
  return result;
}

Svd svd(const DenseMatrix& matrix) {
  const auto m = narrow<lapack_int>(matrix.rows);
  const auto n = narrow<lapack_int>(matrix.cols);
  const lapack_int r = std::min(m, n);
  Svd result;
  result.u = DenseMatrix(m, r);
  result.vt = DenseMatrix(r, n);
  result.values.resize(static_cast<size_t>(r));
  if (r == 0) return result;
  // Rows are LAPACK's columns: of the transpose, left and right change places, and nothing need be turned round.
  DenseMatrix work = matrix;
  check(LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'S', n, m, work.values.data(), n, result.values.data(),
                       result.vt.values.data(), n, result.u.values.data(), r),
        "dgesdd");
  return result;
}

DenseMatrix triangular_factor(const DeviceRows& rows, const RowTransform& transform) {
  const int64_t n = rows.rows();
  const int64_t d = transform.dim(rows.dim());
  const int64_t block = std::max<int64_t>(2 * d, 1024);
  DenseMatrix factor(0, d);
  for (int64_t begin = 0; begin < n; begin += block) {
    const int64_t end = std::min(n, begin + block);
    DenseMatrix stacked(factor.rows + end - begin, d);
    std::ranges::copy(factor.values, stacked.values.begin());
    for (int64_t r = begin; r < end; ++r) {
      transformed_row(rows, r, transform, stacked.values.data() + (factor.rows + r - begin) * d);
    }
    const auto m = narrow<lapack_int>(stacked.rows);
    const auto width = narrow<lapack_int>(d);
    std::vector<double> tau(static_cast<size_t>(std::min(m, width)));
    // L of the transpose, which by columns is R by rows.
    check(LAPACKE_dgelqf(LAPACK_COL_MAJOR, width, m, stacked.values.data(), width, tau.data()), "dgelqf");
    factor = DenseMatrix(std::min<int64_t>(m, d), d);
    for (int64_t i = 0; i < factor.rows; ++i) {
      for (int64_t j = i; j < d; ++j) factor(i, j) = stacked(i, j);
    }
  }
  return factor;
}

}  // namespace gramian::cpu
