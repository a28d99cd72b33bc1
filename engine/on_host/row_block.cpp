#include "engine/on_host/row_block.hpp"

#include <algorithm>
#include <thread>

#include "engine/on_host/transformed_row.hpp"
#include "engine/threads.hpp"

namespace gramian::on_host {

int threads() { return static_cast<int>(std::max(1u, std::thread::hardware_concurrency())); }

double dot(const double* x, const double* y, int64_t count) {
  // Several chains: rounding errors grow with the length of one.
  constexpr int64_t kChains = 16;
  double chains[kChains] = {};
  for (int64_t k = 0; k < count; ++k) chains[k % kChains] += x[k] * y[k];
  for (int64_t width = kChains / 2; width > 0; width /= 2) {
    for (int64_t k = 0; k < width; ++k) chains[k] += chains[k + width];
  }
  return chains[0];
}

std::vector<double> transformed_rows(const DeviceRows& rows, const RowTransform& transform, int64_t begin,
                                     int64_t end) {
  const int64_t d = transform.dim(rows.dim());
  std::vector<double> block(static_cast<size_t>((end - begin) * d));
  parallel_for(threads(), end - begin,
               [&](int64_t r, int) { transformed_row(rows, begin + r, transform, block.data() + r * d, dot); });
  return block;
}

}  // namespace gramian::on_host
