#include "kernels/cpu/sweep/tile.hpp"

#include <algorithm>

#include "kernels/cpu/rows/fixed_point.hpp"

namespace gramian::cpu {
namespace {

template <class T>
Operand<T> operand(const AlignedBuffer<T>& packed, int64_t panel_values, int64_t begin, int64_t end) {
  return {packed.data() + begin / kPanel * panel_values, panel_count(end - begin)};
}

}  // namespace

void form_tile(const CpuUnitRows& a, const CpuUnitRows& b, const Tile& tile, float* out, int64_t ld) {
  const int64_t depth = a.depth();
  if (a.kind() == Form::i16) {
    const int64_t panel_values = depth * kPanel * 2;
    isa_table().product_i16(operand(a.i16, panel_values, tile.row_begin, tile.row_end),
                            operand(b.i16, panel_values, tile.col_begin, tile.col_end), depth,
                            a.scale.data() + tile.row_begin, b.scale.data() + tile.col_begin, out, ld, tile.diagonal);
    return;
  }
  if (const int parts = int8_parts(a.kind()); parts > 0) {
    const int64_t panel_values = int8_panel_bytes(parts, depth);
    isa_table().product_i8(operand(a.i8, panel_values, tile.row_begin, tile.row_end),
                           operand(b.i8, panel_values, tile.col_begin, tile.col_end), depth,
                           {parts, std::max(a.sums, b.sums)}, a.scale.data() + tile.row_begin,
                           b.scale.data() + tile.col_begin, out, ld, tile.diagonal);
    return;
  }
  isa_table().product_f32(operand(a.f32, depth * kPanel, tile.row_begin, tile.row_end),
                          operand(b.f32, depth * kPanel, tile.col_begin, tile.col_end), depth, out, ld,
                          {.upper = tile.diagonal, .clamp = true});
}

void form_tile(const CpuUnitRows& a, const CpuUnitRows& b, const Tile& tile, double* out, int64_t ld) {
  const int64_t depth = a.depth();
  isa_table().product_f64(operand(a.f64, depth * kPanel, tile.row_begin, tile.row_end),
                          operand(b.f64, depth * kPanel, tile.col_begin, tile.col_end), depth, out, ld,
                          {.upper = tile.diagonal, .clamp = true});
}

}  // namespace gramian::cpu
