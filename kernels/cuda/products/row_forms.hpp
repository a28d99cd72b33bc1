#pragma once
// Bilinear forms and distances, row by row.

#include "engine/backend.hpp"
#include "kernels/cuda/rows/rows.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

RowForms row_forms_of(Device& device, const CudaRows& a, const RowTransform& ta, const DenseMatrix& m,
                      const CudaRows& b, const RowTransform& tb);

}  // namespace gramian::cuda
