#pragma once
// Values below and within some intervals. See isa_loops.hpp. Four intervals at a time keep their ends and counts in
// registers; the masks of what lies within any meet in the L1 cache.

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#include "kernels/cpu/isa/isa.hpp"

namespace gramian::cpu {
namespace {

template <class T>
inline bool within_any(T x, const IntervalLoop<T>& loop) {
  bool within = false;
  for (int64_t b = 0; b < loop.intervals; ++b) within = within || (x >= loop.lo[b] && x <= loop.hi[b]);
  return within;
}

/// Values [begin, count), one by one.
template <class T>
void intervals_rest(const T* x, int64_t begin, int64_t count, IntervalLoop<T>* loop) {
  for (int64_t k = begin; k < count; ++k) {
    for (int64_t b = 0; b < loop->intervals; ++b) loop->below[b] += x[k] < loop->lo[b];
    loop->at[loop->listed] = static_cast<uint32_t>(k);
    loop->listed += within_any(x[k], *loop);
  }
}

template <class T>
void intervals_plain(const T* x, int64_t count, IntervalLoop<T>* loop) {
  loop->listed = 0;
  intervals_rest(x, 0, count, loop);
}

#if defined(__AVX512F__)
template <int kIntervals>
inline __attribute__((always_inline)) void intervals_pass(const float* x, int64_t whole, int64_t first, bool add,
                                                          IntervalLoop<float>* loop) {
  __m512 lo[kIntervals];
  __m512 hi[kIntervals];
  __m512i reaching[kIntervals];
#pragma GCC unroll 4
  for (int b = 0; b < kIntervals; ++b) {
    lo[b] = _mm512_set1_ps(loop->lo[first + b]);
    hi[b] = _mm512_set1_ps(loop->hi[first + b]);
    reaching[b] = _mm512_setzero_si512();
  }
  const __m512i minus_one = _mm512_set1_epi32(-1);
  for (int64_t k = 0; k < whole; k += 16) {
    const __m512 v = _mm512_loadu_ps(x + k);
    auto within = add ? static_cast<__mmask16>(loop->within[k / 16]) : __mmask16{0};
#pragma GCC unroll 4
    for (int b = 0; b < kIntervals; ++b) {
      const __mmask16 from_lo = _mm512_cmp_ps_mask(v, lo[b], _CMP_GE_OQ);
      reaching[b] = _mm512_mask_sub_epi32(reaching[b], from_lo, reaching[b], minus_one);
      within = static_cast<__mmask16>(within | _mm512_mask_cmp_ps_mask(from_lo, v, hi[b], _CMP_LE_OQ));
    }
    loop->within[k / 16] = within;
  }
#pragma GCC unroll 4
  for (int b = 0; b < kIntervals; ++b) {
    loop->below[first + b] += static_cast<uint64_t>(whole - _mm512_reduce_add_epi32(reaching[b]));
  }
}

void intervals_f32(const float* x, int64_t count, IntervalLoop<float>* loop) {
  const int64_t whole = loop->intervals > 0 ? count / 16 * 16 : 0;
  loop->listed = 0;
  int64_t b = 0;
  for (; b + 4 <= loop->intervals; b += 4) intervals_pass<4>(x, whole, b, b > 0, loop);
  switch (loop->intervals - b) {
    case 1:
      intervals_pass<1>(x, whole, b, b > 0, loop);
      break;
    case 2:
      intervals_pass<2>(x, whole, b, b > 0, loop);
      break;
    case 3:
      intervals_pass<3>(x, whole, b, b > 0, loop);
      break;
    default:
      break;
  }
  __m512i place = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i step = _mm512_set1_epi32(16);
  uint32_t* at = loop->at;
  for (int64_t k = 0; k < whole; k += 16) {
    const auto within = static_cast<__mmask16>(loop->within[k / 16]);
    _mm512_storeu_si512(at, _mm512_maskz_compress_epi32(within, place));
    at += __builtin_popcount(within);
    place = _mm512_add_epi32(place, step);
  }
  loop->listed = at - loop->at;
  intervals_rest(x, whole, count, loop);
}
#elif defined(__AVX2__)
void intervals_f32(const float* x, int64_t count, IntervalLoop<float>* loop) {
  const int64_t whole = loop->intervals > 0 ? count / 8 * 8 : 0;
  loop->listed = 0;
  for (int64_t b = 0; b < loop->intervals; ++b) {
    const __m256 lo = _mm256_set1_ps(loop->lo[b]);
    const __m256 hi = _mm256_set1_ps(loop->hi[b]);
    __m256i reaching = _mm256_setzero_si256();
    for (int64_t k = 0; k < whole; k += 8) {
      const __m256 v = _mm256_loadu_ps(x + k);
      const __m256 from_lo = _mm256_cmp_ps(v, lo, _CMP_GE_OQ);
      reaching = _mm256_sub_epi32(reaching, _mm256_castps_si256(from_lo));
      const int within = _mm256_movemask_ps(_mm256_and_ps(from_lo, _mm256_cmp_ps(v, hi, _CMP_LE_OQ)));
      loop->within[k / 8] = static_cast<uint16_t>((b > 0 ? loop->within[k / 8] : 0) | within);
    }
    alignas(32) uint32_t lanes[8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), reaching);
    int64_t total = 0;
    for (const uint32_t lane : lanes) total += lane;
    loop->below[b] += static_cast<uint64_t>(whole - total);
  }
  uint32_t* at = loop->at;
  for (int64_t k = 0; k < whole; k += 8) {
    for (unsigned within = loop->within[k / 8]; within != 0; within &= within - 1) {
      *at++ = static_cast<uint32_t>(k) + static_cast<uint32_t>(__builtin_ctz(within));
    }
  }
  loop->listed = at - loop->at;
  intervals_rest(x, whole, count, loop);
}
#else
void intervals_f32(const float* x, int64_t count, IntervalLoop<float>* loop) { intervals_plain(x, count, loop); }
#endif

}  // namespace
}  // namespace gramian::cpu
