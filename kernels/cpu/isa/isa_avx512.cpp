#define GRAMIAN_VECTOR_BYTES 64
#define GRAMIAN_MICRO_ROWS 8
#define GRAMIAN_MICRO_VECTORS 3

#include "kernels/cpu/isa/canonical.hpp"
#include "kernels/cpu/isa/loops/isa_loops.hpp"

namespace gramian::cpu {
namespace {

inline __m512i fine_slots(__m512 x) {
  const __m512 scaled = _mm512_mul_ps(x, _mm512_set1_ps(static_cast<float>(kFinePerUnit)));
  const __m512i floor = _mm512_cvt_roundps_epi32(scaled, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
  const __m512i slot = _mm512_add_epi32(floor, _mm512_set1_epi32(static_cast<int>(kFinePerUnit)));
  return _mm512_min_epi32(slot, _mm512_set1_epi32(static_cast<int>(kFineBins - 1)));
}

/// As fine_f32 of fine_loops.hpp. Slots are packed to 16 bits, tested against all ranges 32 at a time, and read back
/// four to a register. Packing interleaves the two vectors by fours, which the masks undo.
template <bool kPlaces>
void count_fine_f32_avx512(const float* x, int64_t count, FineLoop<float>* loop) {
  constexpr unsigned kFromA = 0x0f0f0f0fu;
  constexpr unsigned kFromB = 0xf0f0f0f0u;
  uint32_t* const counts = loop->counts;
  const uint16_t* const first = loop->first;
  const uint16_t* const span = loop->span;
  const int64_t ranges = loop->ranges;
  float* kept = loop->kept;
  uint32_t* at = loop->at;
  __m512i places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i sixteen = _mm512_set1_epi32(16);
  __m512 lows = _mm512_set1_ps(loop->min);
  __m512 highs = _mm512_set1_ps(loop->max);
  int64_t k = 0;
  for (; k + 32 <= count; k += 32) {
    const __m512 a = _mm512_loadu_ps(x + k);
    const __m512 b = _mm512_loadu_ps(x + k + 16);
    lows = _mm512_min_ps(lows, _mm512_min_ps(a, b));
    highs = _mm512_max_ps(highs, _mm512_max_ps(a, b));
    const __m512i slots = _mm512_packus_epi32(fine_slots(a), fine_slots(b));
    alignas(64) uint64_t packed[8];
    _mm512_store_si512(packed, slots);
    if (ranges > 0) {
      __mmask32 wanted = 0;
      for (int64_t range = 0; range < ranges; ++range) {
        const __m512i from_first = _mm512_sub_epi16(slots, _mm512_loadu_si512(first + range * 32));
        wanted |= _mm512_cmple_epu16_mask(from_first, _mm512_loadu_si512(span + range * 32));
      }
      // Unconditional: with some per cent of the values wanted, a branch would be mispredicted too often.
      const unsigned in_a = _pext_u32(wanted, kFromA);
      const unsigned in_b = _pext_u32(wanted, kFromB);
      _mm512_storeu_ps(kept, _mm512_maskz_compress_ps(static_cast<__mmask16>(in_a), a));
      kept += __builtin_popcount(in_a);
      _mm512_storeu_ps(kept, _mm512_maskz_compress_ps(static_cast<__mmask16>(in_b), b));
      kept += __builtin_popcount(in_b);
      if constexpr (kPlaces) {
        _mm512_storeu_si512(at, _mm512_maskz_compress_epi32(static_cast<__mmask16>(in_a), places));
        at += __builtin_popcount(in_a);
        places = _mm512_add_epi32(places, sixteen);
        _mm512_storeu_si512(at, _mm512_maskz_compress_epi32(static_cast<__mmask16>(in_b), places));
        at += __builtin_popcount(in_b);
        places = _mm512_add_epi32(places, sixteen);
      }
    }
#pragma GCC unroll 8
    for (int word = 0; word < 8; ++word) {
      const uint64_t four = packed[word];
      ++counts[four & 0xffffu];
      ++counts[(four >> 16) & 0xffffu];
      ++counts[(four >> 32) & 0xffffu];
      ++counts[four >> 48];
    }
  }
  loop->kept = kept;
  loop->at = at;
  loop->min = _mm512_reduce_min_ps(lows);
  loop->max = _mm512_reduce_max_ps(highs);
  count_fine_f32<kPlaces>(x, k, count, loop);
}

void fine_f32_avx512(const float* x, int64_t count, FineLoop<float>* loop) {
  (loop->at != nullptr ? count_fine_f32_avx512<true> : count_fine_f32_avx512<false>)(x, count, loop);
}

constexpr IsaTable with_fine(IsaTable table) {
  table.fine_f32 = fine_f32_avx512;
  return table;
}

}  // namespace

extern const IsaTable kAvx512Table;
constexpr IsaTable kAvx512Table = with_fine(make_table("avx512", canonical_dot_avx512, canonical_dot_f32_avx512));

}  // namespace gramian::cpu
