#pragma once
// The yardstick of a sweep: the products of all tiles of the triangle, nothing consumed.

#include "engine/backend.hpp"
#include "kernels/cpu/rows/unit_rows.hpp"

namespace gramian::cpu {

/// Seconds for the whole triangle with OpenBLAS (one single-threaded gemm a worker, 1024 x 1024 tiles; fp32 or fp64)
/// and with the sweep's own tile product; the smaller of the two.
double bare_triangle_seconds(const CpuUnitRows& rows, const TileGrid& grid, int threads, const Progress& progress);

}  // namespace gramian::cpu
