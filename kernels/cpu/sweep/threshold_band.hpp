#pragma once
// A band of the thresholded matrix, for graphs that are written out band by band.

#include "engine/backend.hpp"
#include "kernels/cpu/rows/unit_rows.hpp"

namespace gramian::cpu {

CsrBand threshold_band(const CpuUnitRows& rows, double threshold, int64_t begin, int64_t end, int threads);

}  // namespace gramian::cpu
