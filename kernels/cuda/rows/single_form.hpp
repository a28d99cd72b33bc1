#pragma once
// Which form keeps the promise of `single` soonest.

#include <cstdint>

#include "kernels/cuda/backend.hpp"
#include "kernels/cuda/rows/forms.hpp"

namespace gramian::cuda {

/// For a device of this compute capability: slices of int8 where its tensor cores multiply them at least twice as fast
/// as fp16 (8.x, 12.x), else fp16 twice, as on 9.0 and where int8 was cut (10.3). By NVIDIA's tables, not measured.
/// fp16 as well for rows of too many dimensions for sums of 31 bits, whatever is wanted.
Form single_form(SingleForm wanted, int compute_major, int64_t dim);

}  // namespace gramian::cuda
