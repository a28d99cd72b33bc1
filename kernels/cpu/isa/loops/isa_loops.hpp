#pragma once
// Included once by each isa_*.cpp, which defines GRAMIAN_ISA_NAME, GRAMIAN_VECTOR_BYTES, GRAMIAN_MICRO_ROWS and
// GRAMIAN_MICRO_VECTORS. No std headers with inline code: a function compiled for AVX-512 must not be picked by the
// linker for everyone. Hence also the anonymous namespace.

#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/isa/loops/bracket_loops.hpp"
#include "kernels/cpu/isa/loops/crossed_dots.hpp"
#include "kernels/cpu/isa/loops/fine_loops.hpp"
#include "kernels/cpu/isa/loops/histogram_loops.hpp"
#include "kernels/cpu/isa/loops/interval_loops.hpp"
#include "kernels/cpu/isa/loops/product_loops.hpp"
#include "kernels/cpu/isa/loops/quantize.hpp"
#include "kernels/cpu/isa/loops/quick_dot.hpp"
#include "kernels/cpu/isa/loops/rank_loops.hpp"
#include "kernels/cpu/isa/loops/row_loops.hpp"

namespace gramian::cpu {
namespace {

constexpr IsaTable make_table(const char* name, decltype(IsaTable::dot) dot, decltype(IsaTable::dot_f32) dot_f32) {
  return {.name = name,
          .product_f32 = product<float, GRAMIAN_MICRO_ROWS, GRAMIAN_MICRO_VECTORS>,
          .product_f64 = product<double, GRAMIAN_MICRO_ROWS, GRAMIAN_MICRO_VECTORS>,
          .product_i16 = nullptr,
          .product_i8 = nullptr,
          .extremes_f32 = extremes<float>,
          .extremes_f64 = extremes<double>,
          .fine_f32 = fine_f32,
          .fine_f64 = fine_f64,
          .histogram_f32 = histogram_fast,
          .histogram_f64 = histogram_exact,
          .bracket_f32 = bracket_f32,
          .bracket_f64 = bracket_plain<double>,
          .intervals_f32 = intervals_f32,
          .intervals_f64 = intervals_plain<double>,
          .reaching_f32 = reaching<float>,
          .reaching_f64 = reaching<double>,
          .degrees_f32 = degrees<float, int32_t>,
          .degrees_f64 = degrees<double, int64_t>,
          .rank_bins_f32 = rank_bins_f32,
          .rank_bins_f64 = rank_bins<double>,
          .dot = dot,
          .dot_f32 = dot_f32,
          .quick_f32 = quick_dot,
          .crossed_dots = crossed_dots,
          .quantize = quantize};
}

}  // namespace
}  // namespace gramian::cpu
