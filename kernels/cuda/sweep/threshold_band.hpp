#pragma once
// A band of the thresholded matrix of cosines, in compressed sparse rows.

#include "engine/backend.hpp"
#include "kernels/cuda/rows/unit_rows.hpp"
#include "kernels/cuda/runtime/machine.hpp"

namespace gramian::cuda {

CsrBand threshold_band(Machine& machine, const CudaUnitRows& rows, double threshold, int64_t begin, int64_t end);

}  // namespace gramian::cuda
