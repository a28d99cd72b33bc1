#pragma once
// Canonical cosines of listed pairs (engine/cosines/canonical_cosine.hpp): the bits that the host has for them.

#include <memory>
#include <span>
#include <vector>

#include "engine/backend.hpp"
#include "kernels/cuda/rows/rows.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

/// As Backend::do_pair_cosines.
std::vector<double> pair_cosines_of(Device& device, const CudaRows& a, const RowTransform& ta, const CudaRows& b,
                                    const RowTransform& tb, std::span<const Pair> pairs);

/// As Backend::do_kept_pair_cosines. On the device where the rows lie there, as they are stored or, if they take little
/// of its memory, transformed; on the host otherwise.
std::unique_ptr<PairCosines> kept_pair_cosines_of(Device& device, const CudaRows& rows, const RowTransform& transform);

}  // namespace gramian::cuda
