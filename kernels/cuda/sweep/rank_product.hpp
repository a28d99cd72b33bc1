#pragma once
// Sums of one space's ranks over the bins of another's cosines.

#include <span>

#include "engine/backend.hpp"
#include "kernels/cuda/rows/unit_rows.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

RankSums rank_product_of(Device& device, const RankSide& a, const RankSide& b, std::span<const int32_t> values_b,
                         const TileGrid& grid, TileRange range, const Progress& progress);

}  // namespace gramian::cuda
