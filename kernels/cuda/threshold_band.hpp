#pragma once
// A band of the thresholded matrix of cosines, in compressed sparse rows.

#include "engine/backend.hpp"
#include "kernels/cuda/machine.hpp"
#include "kernels/cuda/unit_rows.hpp"

namespace gramian::cuda {

CsrBand threshold_band(Machine& machine, const CudaUnitRows& rows, double threshold, int64_t begin, int64_t end);

}  // namespace gramian::cuda
