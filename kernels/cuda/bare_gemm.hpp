#pragma once
// The yardstick of a sweep: the products of all tiles, nothing consumed.

#include "engine/backend.hpp"
#include "kernels/cuda/machine.hpp"
#include "kernels/cuda/unit_rows.hpp"

namespace gramian::cuda {

double bare_triangle_seconds(Machine& machine, const CudaUnitRows& rows, const TileGrid& grid,
                             const Progress& progress);

/// Seconds for one tile of `edge` of random rows in a form: what Precision::single chooses by.
double tile_seconds(Device& device, Form form, int64_t dim, int64_t edge);

}  // namespace gramian::cuda
