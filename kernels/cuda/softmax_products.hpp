#pragma once
// Products of queries with all rows, and their softmax. The products are the device's, what becomes of them the host's.

#include <vector>

#include "engine/backend.hpp"
#include "kernels/cuda/device.hpp"
#include "kernels/cuda/rows.hpp"

namespace gramian::cuda {

std::vector<SoftmaxProducts> softmax_products(Device& device, const CudaRows& rows, const RowTransform& transform,
                                              const DenseMatrix& queries, int64_t k, double temperature,
                                              const Progress& progress);

}  // namespace gramian::cuda
