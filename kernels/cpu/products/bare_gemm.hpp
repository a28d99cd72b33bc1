#pragma once
// The yardstick of a sweep: the products of all tiles of the triangle, nothing consumed.

#include "engine/backend.hpp"
#include "kernels/cpu/rows/unit_rows.hpp"

namespace gramian::cpu {

/// `swept` by the sweep's own tile product. `plain` by OpenBLAS (one single-threaded gemm a worker, 1024 x 1024 tiles)
/// and by our own product of fp32 or fp64, whichever takes less; for `half` it is `swept`.
BareSeconds bare_triangle_seconds(const CpuUnitRows& rows, const TileGrid& grid, int threads, const Progress& progress);

}  // namespace gramian::cpu
