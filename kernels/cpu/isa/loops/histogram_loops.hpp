#pragma once
// Counts in the bins of a histogram. See isa_loops.hpp.

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/isa/loops/lanes.hpp"

namespace gramian::cpu {
namespace {

/// numpy.histogram's rule, by its edges; 0 is "below", bins + 1 is "above".
inline int64_t exact_slot(double x, const HistogramLoop& loop) {
  if (x < loop.lo) return 0;
  if (x > loop.hi) return loop.bins + 1;
  auto bin = static_cast<int64_t>((x - loop.lo) / (loop.hi - loop.lo) * static_cast<double>(loop.bins));
  if (bin >= loop.bins) bin = loop.bins - 1;
  while (bin > 0 && x < loop.edges[bin]) --bin;
  while (bin + 1 < loop.bins && x >= loop.edges[bin + 1]) ++bin;
  return bin + 1;
}

void histogram_exact(const double* x, int64_t count, const HistogramLoop& loop) {
  for (int64_t k = 0; k < count; ++k) ++loop.counts[(k & 3) * loop.copy_stride + exact_slot(x[k], loop)];
}

/// The slot is computed in fp32; where the result is too near an edge to be trusted, the vector is redone exactly.
void histogram_fast(const float* x, int64_t count, const HistogramLoop& loop) {
  using Vector = Lanes<float>::Vector;
  using Unaligned = Lanes<float>::Unaligned;
  using Ints = Lanes<int32_t>::Vector;
  constexpr int kLanes = Lanes<float>::kCount;
  const double scale = static_cast<double>(loop.bins) / (loop.hi - loop.lo);
  const auto factor = static_cast<float>(scale);
  const auto offset = static_cast<float>(1.0 - loop.lo * scale);
  // |x| <= 1: each of the two roundings and the two rounded constants is off by at most 2^-24 of its magnitude.
  const double magnitude = (loop.lo < 0 ? -loop.lo : loop.lo) * scale + scale + static_cast<double>(loop.bins) + 2.0;
  const auto margin = static_cast<float>(magnitude * 0x1p-22);
  if (!(margin < 0.5f)) {
    // Bins too narrow for fp32, or even for the factor to be finite: nothing could be trusted.
    for (int64_t k = 0; k < count; ++k) {
      ++loop.counts[(k & 3) * loop.copy_stride + exact_slot(static_cast<double>(x[k]), loop)];
    }
    return;
  }
  const auto top = static_cast<float>(loop.bins + 1);
  uint32_t* const c0 = loop.counts;
  uint32_t* const c1 = c0 + loop.copy_stride;
  uint32_t* const c2 = c1 + loop.copy_stride;
  uint32_t* const c3 = c2 + loop.copy_stride;
  int64_t k = 0;
  for (; k + kLanes <= count; k += kLanes) {
    const Vector v = *reinterpret_cast<const Unaligned*>(x + k);
    Vector t = v * factor + offset;
    t = t < 0.5f ? (0.5f - Vector{}) : t;  // below lo by a margin: slot 0, no edge near
    t = t > top + 0.5f ? (top + 0.5f - Vector{}) : t;
    const Ints slot = __builtin_convertvector(t, Ints);
    const Vector part = t - __builtin_convertvector(slot, Vector);
    const Ints doubtful = (part < margin) | (part > 1.0f - margin);
    alignas(GRAMIAN_VECTOR_BYTES) int32_t index[kLanes];
    *reinterpret_cast<Ints*>(index) = slot;
#if defined(__AVX512F__)
    const bool redo = _mm512_movepi32_mask(reinterpret_cast<__m512i>(doubtful)) != 0;
#elif defined(__AVX2__)
    const bool redo = _mm256_movemask_epi8(reinterpret_cast<__m256i>(doubtful)) != 0;
#else
    bool redo = false;
    for (int lane = 0; lane < kLanes; ++lane) redo = redo || doubtful[lane] != 0;
#endif
    if (__builtin_expect(redo, 0)) {
      for (int lane = 0; lane < kLanes; ++lane) {
        if (doubtful[lane] != 0) index[lane] = static_cast<int32_t>(exact_slot(static_cast<double>(v[lane]), loop));
      }
    }
#pragma GCC unroll 4
    for (int lane = 0; lane < kLanes; lane += 4) {
      ++c0[index[lane]];
      ++c1[index[lane + 1]];
      ++c2[index[lane + 2]];
      ++c3[index[lane + 3]];
    }
  }
  for (; k < count; ++k) ++c0[exact_slot(static_cast<double>(x[k]), loop)];
}

}  // namespace
}  // namespace gramian::cpu
