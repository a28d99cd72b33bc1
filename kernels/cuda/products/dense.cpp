#include "kernels/cuda/products/dense.hpp"

#include <algorithm>

#include "kernels/cuda/rows/row_sums.hpp"

namespace gramian::cuda {
namespace {

/// a column-major m x n matrix as DenseMatrix.
DenseMatrix from_columns(const std::vector<double>& columns, int64_t m, int64_t n) {
  DenseMatrix result(m, n);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) result(i, j) = columns[static_cast<size_t>(j * m + i)];
  }
  return result;
}

DenseMatrix transposed(const DenseMatrix& a) { return from_columns(a.values, a.cols, a.rows); }

}  // namespace

Eigen eigh(Device& device, const DenseMatrix& symmetric) {
  const int64_t m = symmetric.rows;
  Eigen result;
  if (m == 0) return result;
  device.use();
  const cudaStream_t stream = device.stream();
  DeviceBuffer<double> a = on_device(symmetric.values, stream, "a symmetric matrix");
  DeviceBuffer<double> values(m, "eigenvalues");
  device.solver().eigh(m, a.data(), values.data(), stream);
  result.values = on_host(values, m, stream);
  result.vectors = from_columns(on_host(a, m * m, stream), m, m);
  // The solver's order is ascending.
  std::ranges::reverse(result.values);
  for (int64_t i = 0; i < m; ++i) {
    std::reverse(result.vectors.values.begin() + i * m, result.vectors.values.begin() + (i + 1) * m);
  }
  return result;
}

Svd svd(Device& device, const DenseMatrix& matrix) {
  if (matrix.rows < matrix.cols) {
    // The solver wants tall matrices: Aᵀ = U Σ Vᵀ is A = V Σ Uᵀ.
    Svd tall = svd(device, transposed(matrix));
    return {std::move(tall.values), transposed(tall.vt), transposed(tall.u)};
  }
  const int64_t m = matrix.rows;
  const int64_t n = matrix.cols;
  Svd result;
  result.u = DenseMatrix(m, n);
  result.vt = DenseMatrix(n, n);
  if (n == 0) return result;
  device.use();
  const cudaStream_t stream = device.stream();
  DeviceBuffer<double> a = on_device(transposed(matrix).values, stream, "a matrix");
  DeviceBuffer<double> values(n, "singular values");
  DeviceBuffer<double> u(m * n, "singular vectors");
  DeviceBuffer<double> vt(n * n, "singular vectors");
  device.solver().svd(m, n, a.data(), values.data(), u.data(), vt.data(), stream);
  result.values = on_host(values, n, stream);
  result.u = from_columns(on_host(u, m * n, stream), m, n);
  result.vt = from_columns(on_host(vt, n * n, stream), n, n);
  return result;
}

DenseMatrix triangular_factor(Device& device, const CudaRows& rows, const RowTransform& transform) {
  device.use();
  const cudaStream_t stream = device.stream();
  const int64_t n = rows.rows();
  const int64_t d = rows.dim();
  const int64_t block = std::min(n, std::max<int64_t>(2 * d, kPanelRows));
  const DeviceTransform on(transform, stream);
  DeviceBuffer<double> panel(checked_product(block, d, "a panel of rows"), "a panel of rows");
  // The factor of the rows so far, and below it those of the next panel.
  const int64_t ld = d + block;
  auto stacked = zeros<double>(checked_product(ld, d, "stacked rows"), stream, "stacked rows");
  RowStream source(device, rows);
  int64_t held = 0;
  for (int64_t begin = 0; begin < n; begin += block) {
    const int64_t count = std::min(block, n - begin);
    source.transform(begin, count, on, panel.data(), d, nullptr);
    stack_rows(panel.data(), count, d, stacked.data(), ld, held, stream);
    device.solver().qr(held + count, d, stacked.data(), ld, stream);
    clear_below_diagonal(stacked.data(), ld, d, stream);
    held = std::min(held + count, d);
  }
  DenseMatrix factor(held, d);
  const std::vector<double> columns = on_host(stacked, stacked.size(), stream);
  for (int64_t i = 0; i < held; ++i) {
    for (int64_t j = i; j < d; ++j) factor(i, j) = columns[static_cast<size_t>(j * ld + i)];
  }
  return factor;
}

}  // namespace gramian::cuda
