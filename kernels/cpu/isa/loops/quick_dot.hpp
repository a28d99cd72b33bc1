#pragma once
// A product of two rows in fp32, in kQuickLanes lanes. See isa_loops.hpp.

#include "engine/cosines/canonical_order.hpp"
#include "kernels/cpu/isa/loops/lanes.hpp"

namespace gramian::cpu {
namespace {

float quick_dot(const void* x, const void* y, int64_t count) {
  using Vector = Lanes<float>::Vector;
  typedef float Anywhere __attribute__((vector_size(GRAMIAN_VECTOR_BYTES), aligned(1), may_alias));
  typedef float One __attribute__((aligned(1), may_alias));
  constexpr int kLanes = Lanes<float>::kCount;
  constexpr int kVectors = static_cast<int>(kQuickLanes) / kLanes;
  const auto* const a = static_cast<const char*>(x);
  const auto* const b = static_cast<const char*>(y);
  Vector sums[kVectors] = {};
  int64_t k = 0;
  for (; k + kQuickLanes <= count; k += kQuickLanes) {
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) {
      sums[v] += *reinterpret_cast<const Anywhere*>(a + 4 * (k + v * kLanes)) *
                 *reinterpret_cast<const Anywhere*>(b + 4 * (k + v * kLanes));
    }
  }
  float lanes[kQuickLanes];
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) *reinterpret_cast<Anywhere*>(lanes + v * kLanes) = sums[v];
  for (; k < count; ++k) {
    lanes[k % kQuickLanes] += *reinterpret_cast<const One*>(a + 4 * k) * *reinterpret_cast<const One*>(b + 4 * k);
  }
  for (int64_t half = kQuickLanes / 2; half > 0; half /= 2) {
    for (int64_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
  }
  return lanes[0];
}

}  // namespace
}  // namespace gramian::cpu
