// The int16 product: VPDPWSSD multiplies and adds two int16 a lane, exactly, at twice the rate of fp32. And single
// products of int8 rows: VPDPBUSD, four a lane.

#include <immintrin.h>

#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/isa/panel_size.hpp"

namespace gramian::cpu {
namespace {

/// sum += the products of two int16 a lane. In assembly, since GCC 12 does not know that the intrinsic works in place:
/// it copies every sum, and runs out of registers.
inline __attribute__((always_inline)) void add_products(__m512i& sum, __m512i row, __m512i columns) {
  __asm__("vpdpwssd {%2, %1, %0|%0, %1, %2}" : "+v"(sum) : "v"(row), "v"(columns));
}

/// A piece of the inner dimension.
struct Part {
  int64_t depth;
  bool accumulate;  // c holds the sum of the pieces before
  bool scales;      // the last piece: c becomes cosines
};

/// Operands hold two int16 of neighbouring k for each row, so one step of `depth` is kPanel 32-bit pairs. Integer sums
/// of kFixedLink steps are added up in fp32, in the same order however the inner dimension is cut into pieces.
inline __attribute__((always_inline)) void micro_block_i16(const int32_t* a, const int32_t* b, Part part,
                                                           const float* row_scale, const float* col_scale, float* c,
                                                           int64_t ldc) {
  __m512i sum[8][3];
  __m512 whole[8][3];  // of the links so far; in the L1 cache, unlike `sum`
  int64_t k = 0;
  if (part.accumulate) {
#pragma GCC unroll 8
    for (int r = 0; r < 8; ++r) {
#pragma GCC unroll 3
      for (int v = 0; v < 3; ++v) whole[r][v] = _mm512_loadu_ps(c + r * ldc + 16 * v);
    }
  }
  do {
    if (k > 0) {
#pragma GCC unroll 8
      for (int r = 0; r < 8; ++r) {
#pragma GCC unroll 3
        for (int v = 0; v < 3; ++v) {
          const __m512 link = _mm512_cvtepi32_ps(sum[r][v]);
          whole[r][v] = part.accumulate || k > kFixedLink ? _mm512_add_ps(whole[r][v], link) : link;
        }
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < 8; ++r) {
#pragma GCC unroll 3
      for (int v = 0; v < 3; ++v) sum[r][v] = _mm512_setzero_si512();
    }
    const int64_t end = part.depth - k < kFixedLink ? part.depth : k + kFixedLink;
    for (; k < end; ++k) {
      const __m512i b0 = _mm512_loadu_si512(b);
      const __m512i b1 = _mm512_loadu_si512(b + 16);
      const __m512i b2 = _mm512_loadu_si512(b + 32);
#pragma GCC unroll 8
      for (int r = 0; r < 8; ++r) {
        const __m512i row = _mm512_set1_epi32(a[r]);
        add_products(sum[r][0], row, b0);
        add_products(sum[r][1], row, b1);
        add_products(sum[r][2], row, b2);
      }
      a += kPanel;
      b += kPanel;
    }
  } while (k < part.depth);
  const __m512 one = _mm512_set1_ps(1.0f);
  const __m512 minus_one = _mm512_set1_ps(-1.0f);
#pragma GCC unroll 8
  for (int r = 0; r < 8; ++r) {
    const __m512 scale = _mm512_set1_ps(row_scale[r]);
#pragma GCC unroll 3
    for (int v = 0; v < 3; ++v) {
      __m512 x = _mm512_cvtepi32_ps(sum[r][v]);
      if (part.accumulate || part.depth > kFixedLink) x = _mm512_add_ps(whole[r][v], x);
      if (part.scales) {
        x = _mm512_mul_ps(x, _mm512_mul_ps(scale, _mm512_loadu_ps(col_scale + 16 * v)));
        x = _mm512_add_ps(_mm512_min_ps(_mm512_max_ps(x, minus_one), one), _mm512_setzero_ps());
      }
      _mm512_storeu_ps(c + r * ldc + 16 * v, x);
    }
  }
}

/// Steps of a panel that stay in the L1 cache while the panels of the other operand pass.
constexpr int64_t kChunk = 64;
static_assert(kChunk % kFixedLink == 0);

}  // namespace

void product_i16_avx512vnni(Operand<int16_t> a, Operand<int16_t> b, int64_t depth, const float* row_scale,
                            const float* col_scale, float* c, int64_t ldc, bool upper) {
  const auto* rows = reinterpret_cast<const int32_t*>(a.data);
  const auto* columns = reinterpret_cast<const int32_t*>(b.data);
  for (int64_t k = 0; k < depth; k += kChunk) {
    const Part part{depth - k < kChunk ? depth - k : kChunk, k > 0, depth - k <= kChunk};
    for (int64_t q = 0; q < b.panels; ++q) {
      const int64_t last_panel = upper && q + 1 < a.panels ? q + 1 : a.panels;
      for (int64_t p = 0; p < last_panel; ++p) {
        for (int64_t r = 0; r < kPanel; r += 8) {
          micro_block_i16(rows + (p * depth + k) * kPanel + r, columns + (q * depth + k) * kPanel, part,
                          row_scale + p * kPanel + r, col_scale + q * kPanel, c + (p * kPanel + r) * ldc + q * kPanel,
                          ldc);
        }
      }
    }
  }
}

/// The instruction takes one side without sign: x + 128, whose products are too large by 128 times the sum of y.
void crossed_dots_avx512vnni(const int8_t* x, const int8_t* y, int64_t blocks, int32_t* sums) {
  const __m512i sign = _mm512_set1_epi8(-128);
  __m512i one = _mm512_setzero_si512();
  __m512i other = one;
  __m512i over_one = one;
  __m512i over_other = one;
  for (int64_t block = 0; block < blocks; ++block, x += 128, y += 128) {
    const __m512i y_first = _mm512_loadu_si512(y);
    const __m512i y_second = _mm512_loadu_si512(y + 64);
    one = _mm512_dpbusd_epi32(one, _mm512_xor_si512(_mm512_loadu_si512(x), sign), y_second);
    other = _mm512_dpbusd_epi32(other, _mm512_xor_si512(_mm512_loadu_si512(x + 64), sign), y_first);
    over_one = _mm512_dpbusd_epi32(over_one, sign, y_second);
    over_other = _mm512_dpbusd_epi32(over_other, sign, y_first);
  }
  sums[0] = _mm512_reduce_add_epi32(_mm512_sub_epi32(one, over_one));
  sums[1] = _mm512_reduce_add_epi32(_mm512_sub_epi32(other, over_other));
}

}  // namespace gramian::cpu
