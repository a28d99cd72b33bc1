#pragma once
// The linear map of a transform.

#include <cuda_runtime.h>

#include <cstdint>

namespace gramian::cuda {

/// out (count x to) = rows (count x from) mapᵀ, with map to x from, in fp64. Every element is summed in the order of
/// engine/cosines/canonical_order.hpp, rounded operation by operation: the bits that the host has for it.
///
/// One warp for some rows and columns of the result, a lane for every 32nd term.
void map_rows(const double* rows, int64_t count, int64_t from, const double* map, int64_t to, double* out,
              cudaStream_t stream);

}  // namespace gramian::cuda
