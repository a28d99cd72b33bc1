#pragma once
// Factorizations of small fp64 matrices, and the triangular factor of tall ones.

#include "engine/backend.hpp"
#include "kernels/cuda/rows/rows.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

Eigen eigh_of(Device& device, const DenseMatrix& symmetric);
Svd svd_of(Device& device, const DenseMatrix& matrix);
DenseMatrix triangular_factor_of(Device& device, const CudaRows& rows, const RowTransform& transform);

}  // namespace gramian::cuda
