#include "kernels/cuda/products/gram.hpp"

#include <algorithm>
#include <cmath>

#include "engine/error.hpp"
#include "kernels/cuda/rows/pairs.hpp"
#include "kernels/cuda/rows/row_sums.hpp"

namespace gramian::cuda {
namespace {

DeviceBuffer<double> panel_of(const CudaRows& rows) {
  return DeviceBuffer<double>(checked_product(std::min(kPanelRows, rows.rows()), rows.dim(), "a panel of rows"),
                              "a panel of rows");
}

/// Calls use(begin, count) for panel after panel.
template <class Use>
void for_each_panel(int64_t rows, Use use) {
  for (int64_t begin = 0; begin < rows; begin += kPanelRows) use(begin, std::min(kPanelRows, rows - begin));
}

/// Through transformed rows, for every transform and wherever the rows are.
std::vector<double> cosines_of_panels(Device& device, const CudaRows& rows, const RowTransform& unit,
                                      std::span<const Pair> pairs) {
  const cudaStream_t stream = device.stream();
  const DeviceTransform on(unit, stream);
  const int64_t d = rows.dim();
  // No sum goes across pairs, so panels may be as small as memory wants them.
  const int64_t fitting = device.free_bytes() / 4 / (2 * d * int64_t{sizeof(double)});
  const int64_t at_once = std::clamp<int64_t>(std::min(std::ssize(pairs), fitting), 1, kPanelRows / 2);
  DeviceBuffer<double> panel(checked_product(2 * at_once, d, "a panel of rows"), "a panel of rows");
  DeviceBuffer<double> products(std::ssize(pairs), "cosines");
  RowStream source(device, rows);
  std::vector<int64_t> which;
  for (int64_t begin = 0; begin < std::ssize(pairs); begin += at_once) {
    const int64_t count = std::min(at_once, std::ssize(pairs) - begin);
    const auto part = pairs.subspan(static_cast<size_t>(begin), static_cast<size_t>(count));
    which.clear();
    for (const Pair& pair : part) which.push_back(pair.i);
    for (const Pair& pair : part) which.push_back(pair.j);
    source.transform(which, on, panel.data(), d);
    row_products(panel.data(), panel.data() + count * d, count, d, products.data() + begin, nullptr, stream);
  }
  return on_host(products, std::ssize(pairs), stream);
}

/// From where the rows lie on the device, which spares a panel of transformed rows for every few pairs. Empty where
/// that is not to be had.
std::vector<double> cosines_of_stored(Device& device, const CudaRows& rows, const RowTransform& unit,
                                      std::span<const Pair> pairs) {
  if (rows.resident() == nullptr || unit.directions.rows > 0) return {};
  const cudaStream_t stream = device.stream();
  const DeviceBuffer<double> shift = on_device(unit.shift, stream);
  const DeviceBuffer<Pair> on = on_device(pairs, stream, "pairs");
  DeviceBuffer<double> cosines(std::ssize(pairs), "cosines");
  const StoredRows stored{rows.resident(), rows.type(), nullptr, 0, rows.rows(), rows.dim()};
  stored_pair_cosines(stored, shift.data(), on.data(), on.size(), cosines.data(), stream);
  std::vector<double> found = on_host(cosines, cosines.size(), stream);
  if (std::ranges::any_of(found, [](double cosine) { return std::isnan(cosine); })) return {};
  return found;
}

}  // namespace

std::vector<double> row_norms(Device& device, const CudaRows& rows, const RowTransform& transform) {
  device.use();
  const DeviceTransform on(transform, device.stream());
  DeviceBuffer<double> panel = panel_of(rows);
  DeviceBuffer<double> norms(rows.rows(), "norms");
  RowStream source(device, rows);
  for_each_panel(rows.rows(), [&](int64_t begin, int64_t count) {
    source.transform(begin, count, on, panel.data(), rows.dim(), norms.data() + begin);
  });
  return on_host(norms, rows.rows(), device.stream());
}

std::vector<double> column_sums(Device& device, const CudaRows& rows, const RowTransform& transform) {
  device.use();
  const DeviceTransform on(transform, device.stream());
  DeviceBuffer<double> panel = panel_of(rows);
  DeviceBuffer<double> partial(kPanelRows / kSumRows * rows.dim(), "sums");
  auto total = zeros<double>(rows.dim(), device.stream());
  RowStream source(device, rows);
  for_each_panel(rows.rows(), [&](int64_t begin, int64_t count) {
    source.transform(begin, count, on, panel.data(), rows.dim(), nullptr);
    add_column_sums(panel.data(), count, rows.dim(), partial.data(), total.data(), device.stream());
  });
  return on_host(total, rows.dim(), device.stream());
}

DenseMatrix gram(Device& device, const CudaRows& a, const RowTransform& ta, const CudaRows& b, const RowTransform& tb,
                 bool symmetric) {
  if (a.rows() != b.rows()) throw InvalidUsage("a Gram product needs equal numbers of rows on both sides");
  device.use();
  const cudaStream_t stream = device.stream();
  const DeviceTransform on_a(ta, stream);
  const DeviceTransform on_b(tb, stream);
  DeviceBuffer<double> left = panel_of(a);
  DeviceBuffer<double> right = symmetric ? DeviceBuffer<double>() : panel_of(b);
  auto sum = zeros<double>(checked_product(a.dim(), b.dim(), "a Gram product"), stream, "a Gram product");
  RowStream source_a(device, a);
  RowStream source_b(device, b);
  for_each_panel(a.rows(), [&](int64_t begin, int64_t count) {
    source_a.transform(begin, count, on_a, left.data(), a.dim(), nullptr);
    if (!symmetric) source_b.transform(begin, count, on_b, right.data(), b.dim(), nullptr);
    device.blas().add_gram(left.data(), a.dim(), symmetric ? left.data() : right.data(), b.dim(), count, sum.data(),
                           stream);
  });
  DenseMatrix result(a.dim(), b.dim());
  result.values = on_host(sum, sum.size(), stream);
  for (int64_t i = 0; symmetric && i < result.rows; ++i) {
    for (int64_t j = 0; j < i; ++j) result(i, j) = result(j, i);
  }
  return result;
}

std::vector<double> pair_cosines(Device& device, const CudaRows& rows, const RowTransform& transform,
                                 std::span<const Pair> pairs) {
  if (pairs.empty()) return {};
  device.use();
  RowTransform unit = transform;
  unit.unit = true;
  unit.recenter.clear();
  std::vector<double> cosines = cosines_of_stored(device, rows, unit, pairs);
  if (cosines.empty()) cosines = cosines_of_panels(device, rows, unit, pairs);
  for (double& cosine : cosines) cosine = std::clamp(cosine, -1.0, 1.0);
  return cosines;
}

}  // namespace gramian::cuda
