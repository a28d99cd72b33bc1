#pragma once
// One tile of cosines from two runs of unit rows.

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/rows/chains.hpp"
#include "kernels/cuda/rows/forms.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

/// out (m x n, leading dimension ld) = products of rows a[0, m) and b[0, n) of the form; not yet limited to [-1, 1],
/// nor multiplied by the rows' factors where the form has them. m and n are multiples of kTileUnit.
void form_tile(Device& device, const FormLayout& layout, const std::byte* a, const std::byte* b, int64_t m, int64_t n,
               float* out, int64_t ld, cudaStream_t stream);
void form_tile(Device& device, const FormLayout& layout, const std::byte* a, const std::byte* b, int64_t m, int64_t n,
               double* out, int64_t ld, cudaStream_t stream);

/// Has the library load the code that products of this form need, once for each device and depth, so that what that
/// takes of the device's memory is gone before sizes are chosen by what is free.
void warm_up(Device& device, const FormLayout& layout);

}  // namespace gramian::cuda
