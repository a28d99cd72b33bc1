#pragma once
// How many values lie below an interval, and copies of those inside. See isa_loops.hpp.

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#include "kernels/cpu/isa/isa.hpp"

namespace gramian::cpu {
namespace {

/// x[k] < lo counts as below; lo <= x[k] <= hi is kept.
template <class T>
void bracket_plain(const T* x, int64_t count, BracketLoop<T>* loop) {
  for (int64_t k = 0; k < count; ++k) {
    if (x[k] < loop->lo) {
      ++loop->below;
    } else if (x[k] <= loop->hi) {
      *loop->kept++ = x[k];
    }
  }
}

#if defined(__AVX512F__)
void bracket_f32(const float* x, int64_t count, BracketLoop<float>* loop) {
  const int64_t whole = count / 16 * 16;
  const __m512 lo = _mm512_set1_ps(loop->lo);
  const __m512 hi = _mm512_set1_ps(loop->hi);
  float* out = loop->kept;
  // Three counts follow from two comparisons: at most hi, of those below lo, and the difference is inside.
  uint64_t below = 0;
  for (int64_t k = 0; k < whole; k += 16) {
    const __m512 v = _mm512_loadu_ps(x + k);
    const __mmask16 under = _mm512_cmp_ps_mask(v, lo, _CMP_LT_OQ);
    const __mmask16 upto = _mm512_cmp_ps_mask(v, hi, _CMP_LE_OQ);
    below += static_cast<uint64_t>(__builtin_popcount(under));
    const auto inside = static_cast<__mmask16>(upto & ~under);
    _mm512_storeu_ps(out, _mm512_maskz_compress_ps(inside, v));
    out += __builtin_popcount(inside);
  }
  loop->below += below;
  loop->kept = out;
  bracket_plain(x + whole, count - whole, loop);
}
#elif defined(__AVX2__)
void bracket_f32(const float* x, int64_t count, BracketLoop<float>* loop) {
  const int64_t whole = count / 8 * 8;
  const __m256 lo = _mm256_set1_ps(loop->lo);
  const __m256 hi = _mm256_set1_ps(loop->hi);
  float* out = loop->kept;
  uint64_t below = 0;
  for (int64_t k = 0; k < whole; k += 8) {
    const __m256 v = _mm256_loadu_ps(x + k);
    const int under = _mm256_movemask_ps(_mm256_cmp_ps(v, lo, _CMP_LT_OQ));
    const int upto = _mm256_movemask_ps(_mm256_cmp_ps(v, hi, _CMP_LE_OQ));
    below += static_cast<uint64_t>(__builtin_popcount(static_cast<unsigned>(under)));
    for (int inside = upto & ~under; inside != 0; inside &= inside - 1) {
      *out++ = x[k + __builtin_ctz(static_cast<unsigned>(inside))];
    }
  }
  loop->below += below;
  loop->kept = out;
  bracket_plain(x + whole, count - whole, loop);
}
#else
void bracket_f32(const float* x, int64_t count, BracketLoop<float>* loop) { bracket_plain(x, count, loop); }
#endif

}  // namespace
}  // namespace gramian::cpu
