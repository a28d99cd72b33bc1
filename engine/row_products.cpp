#include "engine/row_products.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>

#include "engine/on_host/row_block.hpp"
#include "engine/on_host/transformed_row.hpp"
#include "engine/threads.hpp"

namespace gramian {
namespace {

/// Transposed numbers that are held at a time: 32 MiB.
constexpr int64_t kTransposed = int64_t{1} << 22;
/// Fewer dimensions at a time would read every row too often.
constexpr int64_t kFewest = 256;

int64_t dimensions_at_a_time(int64_t n, int64_t d) {
  return std::min(d, std::max(kFewest, kTransposed / std::max<int64_t>(1, n)));
}

/// use(row, y) for every transformed row, by several threads.
template <class Use>
void for_each_row(const DeviceRows& rows, const RowTransform& transform, Use use) {
  parallel_for(on_host::threads(), rows.rows(), [&](int64_t row, int) {
    std::vector<double> y(static_cast<size_t>(transform.dim(rows.dim())));
    on_host::transformed_row(rows, row, transform, y.data(), on_host::dot);
    use(row, y);
  });
}

}  // namespace

DenseMatrix row_products(Backend& backend, const DeviceRows& rows, const RowTransform& transform) {
  const int64_t n = rows.rows();
  const int64_t d = transform.dim(rows.dim());
  const int64_t most = dimensions_at_a_time(n, d);
  const RowTransform plain;
  DenseMatrix sum(n, n);
  std::vector<double> turned(static_cast<size_t>(most * n));
  for (int64_t begin = 0; begin < d; begin += most) {
    const int64_t count = std::min(most, d - begin);
    for_each_row(rows, transform, [&](int64_t row, const std::vector<double>& y) {
      for (int64_t k = 0; k < count; ++k) {
        turned[static_cast<size_t>(k * n + row)] = y[static_cast<size_t>(begin + k)];
      }
    });
    const MatrixView view{reinterpret_cast<const std::byte*>(turned.data()), ElementType::f64, count, n, n};
    const auto uploaded = backend.upload(view, {});
    DenseMatrix part = backend.gram(*uploaded, plain, *uploaded, plain);
    if (count == d) return part;
    std::ranges::transform(sum.values, part.values, sum.values.begin(), std::plus<>());
  }
  return sum;
}

std::vector<double> along_axis(const DeviceRows& rows, const RowTransform& transform, const std::vector<double>& axis) {
  std::vector<double> products(static_cast<size_t>(rows.rows()));
  for_each_row(rows, transform, [&](int64_t row, const std::vector<double>& y) {
    products[static_cast<size_t>(row)] = on_host::dot(y.data(), axis.data(), std::ssize(y));
  });
  return products;
}

double smaller_gram_bytes(int64_t n, int64_t d) {
  // What a device pads its sum to, the result, and a thousand rows of factors.
  constexpr double kPadding = 64.0;
  constexpr double kFactors = 1024.0;
  const bool rows = rows_are_fewer(n, d);
  const auto side = static_cast<double>(rows ? n : d);
  const double depth = std::min(kFactors, static_cast<double>(rows ? d : n));
  double numbers = (side + kPadding) * (side + kPadding) + side * side + (side + kPadding) * depth;
  if (rows) {
    numbers += static_cast<double>(dimensions_at_a_time(n, d) * n);
    if (dimensions_at_a_time(n, d) < d) numbers += side * side;
  }
  return 8.0 * numbers;
}

}  // namespace gramian
