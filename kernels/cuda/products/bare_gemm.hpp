#pragma once
// The yardstick of a sweep: the products of all tiles, nothing consumed.

#include <span>
#include <vector>

#include "engine/backend.hpp"
#include "kernels/cuda/rows/unit_rows.hpp"
#include "kernels/cuda/runtime/machine.hpp"

namespace gramian::cuda {

double bare_triangle_seconds(Machine& machine, const CudaUnitRows& rows, const TileGrid& grid,
                             const Progress& progress);

/// For each of the forms the seconds for one tile of `edge` of random rows: what Precision::single chooses by.
std::vector<double> tile_seconds(Device& device, std::span<const Form> forms, int64_t dim, int64_t edge);

}  // namespace gramian::cuda
