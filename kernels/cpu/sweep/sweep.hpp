#pragma once
// The triangular sweep: tiles are dealt to workers; each forms a tile of cosines in its own cache-sized buffer and
// consumes it there.

#include "engine/backend.hpp"
#include "kernels/cpu/rows/unit_rows.hpp"

namespace gramian::cpu {

/// Edge of the tiles that fit this processor's L2 cache beside the operands' chunks; a multiple of kPanel.
int64_t preferred_tile_edge(CosineType type);

/// `grid.edge()` must be a multiple of kPanel.
SweepState sweep(const CpuUnitRows& rows, const SweepRequest& request, const TileGrid& grid, TileRange range,
                 int threads, const Progress& progress);

}  // namespace gramian::cpu
