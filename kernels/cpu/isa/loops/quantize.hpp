#pragma once
// Rounding to int8. See isa_loops.hpp.

#include <stdint.h>

namespace gramian::cpu {
namespace {

/// As IsaTable::quantize.
void quantize(double* x, int64_t count, double step, int8_t* out) {
  constexpr double kLargest = 127.0;
  // The sum has no room for a fraction: rounds to nearest, ties to even, by arithmetic that every machine has.
  constexpr double kWhole = 0x1.8p52;
  const double steps = 1.0 / step;
  // Narrowed by itself: in one loop with the rest a vector of int8 would be so many of doubles that they spill.
  int32_t wholes[64];
  for (int64_t k = 0; k < count; ++k) {
    double whole = (x[k] * steps + kWhole) - kWhole;
    whole = whole < -kLargest ? -kLargest : whole;
    whole = whole > kLargest ? kLargest : whole;
    wholes[k] = static_cast<int32_t>(whole);
    x[k] -= whole * step;
  }
  for (int64_t k = 0; k < count; ++k) out[k] = static_cast<int8_t>(wholes[k]);
}

}  // namespace
}  // namespace gramian::cpu
