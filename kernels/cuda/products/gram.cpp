#include "kernels/cuda/products/gram.hpp"

#include <algorithm>

#include "engine/error.hpp"
#include "kernels/cuda/rows/row_sums.hpp"

namespace gramian::cuda {
namespace {

DeviceBuffer<double> panel_of(const CudaRows& rows, const RowTransform& transform) {
  const int64_t dim = transform.dim(rows.dim());
  return DeviceBuffer<double>(checked_product(std::min(kPanelRows, rows.rows()), dim, "a panel of rows"),
                              "a panel of rows");
}

/// Calls use(begin, count) for panel after panel.
template <class Use>
void for_each_panel(int64_t rows, Use use) {
  for (int64_t begin = 0; begin < rows; begin += kPanelRows) use(begin, std::min(kPanelRows, rows - begin));
}

}  // namespace

std::vector<double> row_norms(Device& device, const CudaRows& rows, const RowTransform& transform) {
  device.use();
  const DeviceTransform on(transform, device.stream());
  DeviceBuffer<double> panel = panel_of(rows, transform);
  DeviceBuffer<double> norms(rows.rows(), "norms");
  RowStream source(device, rows);
  for_each_panel(rows.rows(), [&](int64_t begin, int64_t count) {
    source.transform(begin, count, on, panel.data(), transform.dim(rows.dim()), norms.data() + begin);
  });
  return on_host(norms, rows.rows(), device.stream());
}

std::vector<double> column_sums_of(Device& device, const CudaRows& rows, const RowTransform& transform) {
  device.use();
  const int64_t d = transform.dim(rows.dim());
  const DeviceTransform on(transform, device.stream());
  DeviceBuffer<double> panel = panel_of(rows, transform);
  DeviceBuffer<double> partial(kPanelRows / kSumRows * d, "sums");
  auto total = zeros<double>(d, device.stream());
  RowStream source(device, rows);
  for_each_panel(rows.rows(), [&](int64_t begin, int64_t count) {
    source.transform(begin, count, on, panel.data(), d, nullptr);
    add_column_sums(panel.data(), count, d, partial.data(), total.data(), device.stream());
  });
  return on_host(total, d, device.stream());
}

DenseMatrix gram_of(Device& device, const CudaRows& a, const RowTransform& ta, const CudaRows& b,
                    const RowTransform& tb, bool symmetric) {
  device.use();
  const cudaStream_t stream = device.stream();
  const int64_t width_a = ta.dim(a.dim());
  const int64_t width_b = tb.dim(b.dim());
  const DeviceTransform on_a(ta, stream);
  const DeviceTransform on_b(tb, stream);
  DeviceBuffer<double> left = panel_of(a, ta);
  DeviceBuffer<double> right = symmetric ? DeviceBuffer<double>() : panel_of(b, tb);
  auto sum = zeros<double>(checked_product(width_a, width_b, "a Gram product"), stream, "a Gram product");
  RowStream source_a(device, a);
  RowStream source_b(device, b);
  for_each_panel(a.rows(), [&](int64_t begin, int64_t count) {
    source_a.transform(begin, count, on_a, left.data(), width_a, nullptr);
    if (!symmetric) source_b.transform(begin, count, on_b, right.data(), width_b, nullptr);
    device.blas().add_gram(left.data(), width_a, symmetric ? left.data() : right.data(), width_b, count, sum.data(),
                           stream);
  });
  DenseMatrix result(width_a, width_b);
  result.values = on_host(sum, sum.size(), stream);
  for (int64_t i = 0; symmetric && i < result.rows; ++i) {
    for (int64_t j = 0; j < i; ++j) result(i, j) = result(j, i);
  }
  return result;
}

}  // namespace gramian::cuda
