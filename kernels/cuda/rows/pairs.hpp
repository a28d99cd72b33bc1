#pragma once
// Cosines of single pairs, from rows as they are stored.

#include <cuda_runtime.h>

#include <cstdint>

#include "engine/cosines/pair.hpp"
#include "kernels/cuda/rows/transform.hpp"

namespace gramian::cuda {

/// All rows, less a row (null: none).
struct ShiftedRows {
  StoredRows rows;
  const double* shift = nullptr;
};

/// cosines[p] = <x, y> / (‖x‖ ‖y‖) for x row pairs[p].i of a and y row pairs[p].j of b. NaN where the squares leave the
/// range in which fp64 keeps its digits. Exactly 1 for a row with itself.
///
/// One warp a pair: sums in fp64, in an order that depends on d alone.
void stored_pair_cosines(const ShiftedRows& a, const ShiftedRows& b, const Pair* pairs, int64_t count, double* cosines,
                         cudaStream_t stream);

}  // namespace gramian::cuda
