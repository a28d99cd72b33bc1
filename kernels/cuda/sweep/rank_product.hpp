#pragma once
// Sums of one space's ranks over the bins of another's cosines.

#include <span>

#include "engine/backend.hpp"
#include "kernels/cuda/rows/unit_rows.hpp"
#include "kernels/cuda/runtime/machine.hpp"

namespace gramian::cuda {

/// On the first device.
RankSums rank_product(Machine& machine, const CudaUnitRows& a, const RankBins& bins_a, const CudaUnitRows& b,
                      const RankBins& bins_b, std::span<const int32_t> values_b, const TileGrid& grid, TileRange range,
                      const Progress& progress);

}  // namespace gramian::cuda
