#pragma once
// One pass over the pairs of two spaces for a rank correlation.

#include <cstdint>
#include <span>

#include "kernels/cpu/rows/unit_rows.hpp"

namespace gramian::cpu {

/// As Backend::do_rank_product.
RankSums rank_product(const RankSide& a, const RankSide& b, std::span<const int32_t> values_b, const TileGrid& grid,
                      TileRange range, int threads, const Progress& progress);

}  // namespace gramian::cpu
