#pragma once
// The yardstick of a sweep: the products of all tiles, nothing consumed.

#include "engine/backend.hpp"
#include "kernels/cuda/rows/unit_rows.hpp"
#include "kernels/cuda/runtime/machine.hpp"

namespace gramian::cuda {

double bare_triangle_seconds(Machine& machine, const CudaUnitRows& rows, const TileGrid& grid,
                             const Progress& progress);

}  // namespace gramian::cuda
