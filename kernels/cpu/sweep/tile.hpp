#pragma once
// One tile of cosines.

#include "engine/sweep/sweep.hpp"
#include "kernels/cpu/rows/unit_rows.hpp"

namespace gramian::cpu {

/// Cosines of a's rows [row_begin, row_end) with b's rows [col_begin, col_end) into out (leading dimension ld, room for
/// whole panels). `tile` begins on panel boundaries. Blocks below the diagonal of a diagonal tile are left unset.
void form_tile(const CpuUnitRows& a, const CpuUnitRows& b, const Tile& tile, float* out, int64_t ld);
void form_tile(const CpuUnitRows& a, const CpuUnitRows& b, const Tile& tile, double* out, int64_t ld);

}  // namespace gramian::cpu
