#pragma once
// Two products of int8 rows at once. See isa_loops.hpp.

#include <stdint.h>

namespace gramian::cpu {
namespace {

/// As IsaTable::crossed_dots.
void crossed_dots(const int8_t* x, const int8_t* y, int64_t blocks, int32_t* sums) {
  constexpr int64_t kBlock = 64;
  int32_t one = 0;
  int32_t other = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    const int8_t* const a = x + 2 * kBlock * block;
    const int8_t* const b = y + 2 * kBlock * block;
    for (int64_t k = 0; k < kBlock; ++k) one += static_cast<int16_t>(a[k]) * static_cast<int16_t>(b[kBlock + k]);
    for (int64_t k = 0; k < kBlock; ++k) other += static_cast<int16_t>(a[kBlock + k]) * static_cast<int16_t>(b[k]);
  }
  sums[0] = one;
  sums[1] = other;
}

}  // namespace
}  // namespace gramian::cpu
