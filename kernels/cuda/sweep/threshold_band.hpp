#pragma once
// A band of the thresholded matrix of cosines, in compressed sparse rows.

#include "engine/backend.hpp"
#include "kernels/cuda/rows/unit_rows.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

CsrBand threshold_band_of(Device& device, const CudaUnitRows& rows, int64_t edge, double threshold, int64_t begin,
                          int64_t end);

}  // namespace gramian::cuda
