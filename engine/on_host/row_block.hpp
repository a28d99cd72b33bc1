#pragma once
// Helpers that the operations on the host share: threads, a dot product, and blocks of transformed rows.

#include <cstdint>
#include <vector>

#include "engine/rows.hpp"

namespace gramian::on_host {

/// Threads that this machine offers.
int threads();

double dot(const double* x, const double* y, int64_t count);

/// Rows that are transformed at a time.
inline constexpr int64_t kBlockRows = 256;

/// Rows [begin, end), transformed, one behind the other.
std::vector<double> transformed_rows(const DeviceRows& rows, const RowTransform& transform, int64_t begin, int64_t end);

}  // namespace gramian::on_host
