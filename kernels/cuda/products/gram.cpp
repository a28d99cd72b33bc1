#include "kernels/cuda/products/gram.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/error.hpp"
#include "kernels/cuda/rows/pairs.hpp"
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

/// Through transformed rows, for every transform and wherever the rows are.
std::vector<double> cosines_of_panels(Device& device, const CudaRows& a, const RowTransform& ta, const CudaRows& b,
                                      const RowTransform& tb, std::span<const Pair> pairs) {
  const cudaStream_t stream = device.stream();
  const DeviceTransform on_a(ta, stream);
  const DeviceTransform on_b(tb, stream);
  const int64_t d = ta.dim(a.dim());
  // No sum goes across pairs, so panels may be as small as memory wants them.
  const int64_t fitting = device.free_bytes() / 4 / (2 * d * int64_t{sizeof(double)});
  const int64_t at_once = std::clamp<int64_t>(std::min(std::ssize(pairs), fitting), 1, kPanelRows / 2);
  DeviceBuffer<double> panel(checked_product(2 * at_once, d, "a panel of rows"), "a panel of rows");
  DeviceBuffer<double> products(std::ssize(pairs), "cosines");
  RowStream source_a(device, a);
  RowStream source_b(device, b);
  std::vector<int64_t> left;
  std::vector<int64_t> right;
  for (int64_t begin = 0; begin < std::ssize(pairs); begin += at_once) {
    const int64_t count = std::min(at_once, std::ssize(pairs) - begin);
    left.clear();
    right.clear();
    for (const Pair& pair : pairs.subspan(static_cast<size_t>(begin), static_cast<size_t>(count))) {
      left.push_back(pair.i);
      right.push_back(pair.j);
    }
    source_a.transform(left, on_a, panel.data(), d);
    source_b.transform(right, on_b, panel.data() + count * d, d);
    row_products(panel.data(), panel.data() + count * d, count, d, products.data() + begin, nullptr, stream);
  }
  return on_host(products, std::ssize(pairs), stream);
}

/// Shift is all that the kernel does.
bool only_shifts(const RowTransform& transform) { return transform.directions.rows == 0 && !transform.maps(); }

/// From where the rows lie on the device, which spares a panel of transformed rows for every few pairs. Empty where
/// that is not to be had.
std::vector<double> cosines_of_stored(Device& device, const CudaRows& a, const RowTransform& ta, const CudaRows& b,
                                      const RowTransform& tb, std::span<const Pair> pairs) {
  const std::optional<StoredRows> left = a.on_device();
  const std::optional<StoredRows> right = b.on_device();
  if (!left || !right || !only_shifts(ta) || !only_shifts(tb)) return {};
  const cudaStream_t stream = device.stream();
  const DeviceBuffer<double> shift_a = on_device(ta.shift, stream);
  const DeviceBuffer<double> shift_b = on_device(tb.shift, stream);
  const DeviceBuffer<Pair> on = on_device(pairs, stream, "pairs");
  DeviceBuffer<double> cosines(std::ssize(pairs), "cosines");
  stored_pair_cosines({*left, shift_a.data()}, {*right, shift_b.data()}, on.data(), on.size(), cosines.data(), stream);
  std::vector<double> found = on_host(cosines, cosines.size(), stream);
  if (std::ranges::any_of(found, [](double cosine) { return std::isnan(cosine); })) return {};
  return found;
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

std::vector<double> pair_cosines_of(Device& device, const CudaRows& a, const RowTransform& ta, const CudaRows& b,
                                    const RowTransform& tb, std::span<const Pair> pairs) {
  if (pairs.empty()) return {};
  device.use();
  std::vector<double> cosines = cosines_of_stored(device, a, ta, b, tb, pairs);
  if (cosines.empty()) cosines = cosines_of_panels(device, a, ta, b, tb, pairs);
  for (double& cosine : cosines) cosine = std::clamp(cosine, -1.0, 1.0);
  return cosines;
}

}  // namespace gramian::cuda
