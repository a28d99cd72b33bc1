#pragma once
// Products of queries with all rows, ranked and summed where they are formed.

#include <cstdint>
#include <vector>

#include "engine/backend.hpp"
#include "kernels/cpu/rows/rows.hpp"

namespace gramian::cpu {

/// Backend::softmax_products. A block of rows is packed by all workers; then each takes panels of queries, one tile of
/// products a panel. A query meets the rows in their order, whoever works on it.
std::vector<SoftmaxProducts> softmax_products(const DeviceRows& rows, const RowTransform& transform,
                                              const DenseMatrix& queries, int64_t k, double temperature, int threads,
                                              const Progress& progress);

}  // namespace gramian::cpu
