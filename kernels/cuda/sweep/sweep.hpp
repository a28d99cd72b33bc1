#pragma once
// Sweeps: tiles formed on one stream of a device while the one before is consumed on another, on all devices at once.

#include "engine/backend.hpp"
#include "kernels/cuda/rows/unit_rows.hpp"
#include "kernels/cuda/runtime/machine.hpp"

namespace gramian::cuda {

/// Device memory that a sweep takes beside the rows, for tiles of `edge`.
int64_t sweep_bytes(Form form, int64_t edge);

/// The cost of a sweep over all pairs of these rows: over a triangle where they are the same.
double multiply_adds(const CudaUnitRows& a, const CudaUnitRows& b);

/// As Backend::do_sweep.
void sweep(Machine& machine, const CudaUnitRows& a, const CudaUnitRows& b, const SweepRequest& request,
           const TileGrid& grid, TileRange range, SweepState& state, const Progress& progress);

}  // namespace gramian::cuda
