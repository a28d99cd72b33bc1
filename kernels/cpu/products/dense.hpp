#pragma once
// Small dense fp64 problems through LAPACK.

#include "engine/backend.hpp"
#include "kernels/cpu/rows/rows.hpp"

namespace gramian::cpu {

Eigen eigh(const DenseMatrix& symmetric);
Svd svd(const DenseMatrix& matrix);
/// QR of the transformed rows, block of rows by block of rows: R of [R; next block] again and again.
DenseMatrix triangular_factor(const DeviceRows& rows, const RowTransform& transform);

}  // namespace gramian::cpu
