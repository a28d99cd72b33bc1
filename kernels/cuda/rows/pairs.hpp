#pragma once
// Cosines of single pairs, from rows as they are stored.

#include <cuda_runtime.h>

#include <cstdint>

#include "engine/sweep/sweep.hpp"
#include "kernels/cuda/rows/transform.hpp"

namespace gramian::cuda {

/// cosines[p] = <x, y> / (‖x‖ ‖y‖) for x and y, rows pairs[p].i and .j of `rows` less `shift` (null: none); `rows` has
/// all rows, in order. NaN where the squares leave the range in which fp64 keeps its digits. Exactly 1 for a row with
/// itself.
///
/// One warp a pair: sums in fp64, in an order that depends on d alone.
void stored_pair_cosines(const StoredRows& rows, const double* shift, const Pair* pairs, int64_t count, double* cosines,
                         cudaStream_t stream);

}  // namespace gramian::cuda
