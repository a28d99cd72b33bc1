#include "kernels/cuda/products/row_forms.hpp"

#include <algorithm>

#include "kernels/cuda/rows/row_sums.hpp"

namespace gramian::cuda {

RowForms row_forms_of(Device& device, const CudaRows& a, const RowTransform& ta, const DenseMatrix& m,
                      const CudaRows& b, const RowTransform& tb) {
  const bool identity = m.values.empty();
  device.use();
  const cudaStream_t stream = device.stream();
  const int64_t n = a.rows();
  // Without a matrix the shorter rows go on with zeros.
  const int64_t dim_a = ta.dim(a.dim());
  const int64_t dim_b = tb.dim(b.dim());
  const int64_t width_a = identity ? std::max(dim_a, dim_b) : dim_a;
  const int64_t width_b = identity ? width_a : dim_b;
  const int64_t at_once = std::min(kPanelRows, n);
  const DeviceTransform on_a(ta, stream);
  const DeviceTransform on_b(tb, stream);
  DeviceBuffer<double> left(checked_product(at_once, width_a, "a panel of rows"), "a panel of rows");
  DeviceBuffer<double> right(checked_product(at_once, width_b, "a panel of rows"), "a panel of rows");
  DeviceBuffer<double> mapped(identity ? 0 : at_once * width_b, "a panel of rows");
  const DeviceBuffer<double> matrix = on_device(m.values, stream);
  DeviceBuffer<double> product(n, "forms");
  DeviceBuffer<double> distance(n, "forms");
  RowStream source_a(device, a);
  RowStream source_b(device, b);
  for (int64_t begin = 0; begin < n; begin += at_once) {
    const int64_t count = std::min(at_once, n - begin);
    source_a.transform(begin, count, on_a, left.data(), width_a, nullptr);
    source_b.transform(begin, count, on_b, right.data(), width_b, nullptr);
    if (!identity) device.blas().multiply(left.data(), matrix.data(), mapped.data(), count, width_b, width_a, stream);
    row_products(identity ? left.data() : mapped.data(), right.data(), count, width_b, product.data() + begin,
                 distance.data() + begin, stream);
  }
  RowForms forms;
  forms.product = on_host(product, n, stream);
  forms.distance = on_host(distance, n, stream);
  return forms;
}

}  // namespace gramian::cuda
