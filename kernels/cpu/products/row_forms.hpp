#pragma once
// Row-wise bilinear forms in fp64.
//
// Determinism: every row is the same sequence of operations whatever its neighbours and the number of threads.

#include "engine/backend.hpp"
#include "kernels/cpu/rows/rows.hpp"

namespace gramian::cpu {

RowForms row_forms(const DeviceRows& a, const RowTransform& ta, const DenseMatrix& m, const DeviceRows& b,
                   const RowTransform& tb, int threads);

}  // namespace gramian::cpu
