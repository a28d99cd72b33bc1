#pragma once
// Gram products of resampled rows.

#include "engine/backend.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

void resampled_grams_of(Device& device, const ResampledSide& a, const ResampledSide& b, Precision precision,
                        const Resampling& resampling, const Progress& progress);

}  // namespace gramian::cuda
