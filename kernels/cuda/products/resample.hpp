#pragma once
// Gram products of resampled rows.

#include <functional>

#include "engine/backend.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

void resampled_grams(Device& device, const ResampledSide& a, const ResampledSide& b, Precision precision,
                     int64_t replicates, const std::function<void(int64_t, Resample&)>& draw,
                     const std::function<void(int64_t, const DenseMatrix&)>& take, const Progress& progress);

}  // namespace gramian::cuda
