#pragma once
// A sweep: tiles are dealt to workers; each forms a tile of cosines in its own cache-sized buffer and consumes it there.

#include "engine/backend.hpp"
#include "kernels/cpu/rows/unit_rows.hpp"

namespace gramian::cpu {

/// Edge of the tiles that fit this processor's L2 cache beside the operands' chunks; a multiple of kPanel.
int64_t preferred_tile_edge(CosineType type);

/// As Backend::do_sweep.
void sweep(const CpuUnitRows& a, const CpuUnitRows& b, const SweepRequest& request, const TileGrid& grid,
           TileRange range, SweepState& state, int threads, const Progress& progress);

}  // namespace gramian::cpu
