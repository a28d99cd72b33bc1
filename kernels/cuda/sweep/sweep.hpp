#pragma once
// Sweeps: tiles formed on one stream of a device while the one before is consumed on another, on all devices at once.

#include "engine/backend.hpp"
#include "kernels/cuda/rows/unit_rows.hpp"
#include "kernels/cuda/runtime/machine.hpp"

namespace gramian::cuda {

/// Edge of square tiles for this device: tile_edge.hpp's, or the little less with which the last tile of a band is as
/// large as the others.
int64_t preferred_tile_edge(const Device& device, CosineType type, int64_t rows);

/// Device memory that a sweep takes beside the rows, for tiles of `edge`.
int64_t sweep_bytes(CosineType type, int64_t edge);

/// What a sweep over all pairs of these rows costs.
double multiply_adds(const CudaUnitRows& rows);

/// Throws InvalidUsage where the grid or the range is not one of these rows, or the tiles are not for this device.
void require_grid(const CudaUnitRows& rows, const TileGrid& grid, TileRange range);

SweepState sweep(Machine& machine, const CudaUnitRows& rows, const SweepRequest& request, const TileGrid& grid,
                 TileRange range, const Progress& progress);

}  // namespace gramian::cuda
