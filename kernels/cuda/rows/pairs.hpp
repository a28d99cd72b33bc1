#pragma once
// Canonical cosines of single pairs (engine/cosines/canonical_cosine.hpp), from rows as they are stored.

#include <cuda_runtime.h>

#include <cstdint>

#include "engine/cosines/pair.hpp"
#include "kernels/cuda/rows/transform.hpp"

namespace gramian::cuda {

/// All rows of a matrix, in order, less a row (null: none).
struct ShiftedRows {
  StoredRows rows;
  const double* shift = nullptr;
};

/// cosines[p]: the canonical cosine of row pairs[p].i of a and row pairs[p].j of b, bit for bit.
///
/// One warp a pair: its lanes are those of the canonical order, and warp_sum adds them up in that order.
void canonical_pair_cosines(const ShiftedRows& a, const ShiftedRows& b, const Pair* pairs, int64_t count,
                            double* cosines, cudaStream_t stream);

}  // namespace gramian::cuda
