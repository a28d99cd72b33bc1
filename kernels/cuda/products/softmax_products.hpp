#pragma once
// Queries against all rows, see engine/backend.hpp.

#include <vector>

#include "engine/backend.hpp"
#include "kernels/cuda/rows/rows.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

/// As Backend::softmax_products. The products come from the device a block of rows at a time; their softmax is taken on
/// the host.
std::vector<SoftmaxProducts> softmax_products_of(Device& device, const CudaRows& rows, const RowTransform& transform,
                                                 const DenseMatrix& queries, int64_t k, double temperature,
                                                 const Progress& progress);

}  // namespace gramian::cuda
