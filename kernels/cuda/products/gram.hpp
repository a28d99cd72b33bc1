#pragma once
// Gram products and sums over rows in fp64.
//
// Determinism: rows are taken in panels of kPanelRows, one after the other, on one device.

#include <vector>

#include "engine/backend.hpp"
#include "kernels/cuda/rows/rows.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

std::vector<double> row_norms(Device& device, const CudaRows& rows, const RowTransform& transform);
std::vector<double> column_sums_of(Device& device, const CudaRows& rows, const RowTransform& transform);
/// Σᵢ yᵢ zᵢᵀ. The same rows and transform on both sides (`symmetric`) are transformed once.
DenseMatrix gram_of(Device& device, const CudaRows& a, const RowTransform& ta, const CudaRows& b,
                    const RowTransform& tb, bool symmetric);

}  // namespace gramian::cuda
