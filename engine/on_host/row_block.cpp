#include "engine/on_host/row_block.hpp"

#include <algorithm>
#include <thread>

#include "engine/cosines/canonical_cosine.hpp"
#include "engine/on_host/transformed_row.hpp"
#include "engine/threads.hpp"

namespace gramian::on_host {

int threads() { return static_cast<int>(std::max(1u, std::thread::hardware_concurrency())); }

double dot(const double* x, const double* y, int64_t count) { return canonical_dot(x, y, count); }

std::vector<double> transformed_rows(const DeviceRows& rows, const RowTransform& transform, int64_t begin,
                                     int64_t end) {
  const int64_t d = transform.dim(rows.dim());
  std::vector<double> block(static_cast<size_t>((end - begin) * d));
  parallel_for(threads(), end - begin,
               [&](int64_t r, int) { transformed_row(rows, begin + r, transform, block.data() + r * d, dot); });
  return block;
}

}  // namespace gramian::on_host
