// Included once by each isa_*.cpp, which defines GRAMIAN_ISA_NAME, GRAMIAN_VECTOR_BYTES, GRAMIAN_MICRO_ROWS and
// GRAMIAN_MICRO_VECTORS. No std headers with inline code: a function compiled for AVX-512 must not be picked by the
// linker for everyone. Hence also the anonymous namespace.

#include <stdint.h>

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#include "engine/cosines/canonical_order.hpp"
#include "engine/cosines/fine_grid.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/isa/panel_size.hpp"

namespace gramian::cpu {
namespace {

template <class T>
struct Lanes {
  static constexpr int kCount = GRAMIAN_VECTOR_BYTES / static_cast<int>(sizeof(T));
  typedef T Vector __attribute__((vector_size(GRAMIAN_VECTOR_BYTES)));
  typedef T Unaligned __attribute__((vector_size(GRAMIAN_VECTOR_BYTES), aligned(sizeof(T)), may_alias));
};

/// fp64 has room enough for whole chains.
template <class T>
constexpr int64_t kTerms = sizeof(T) == 4 ? kLink : kChain;

/// One block of kRows x (kVectors lanes): a chain of `depth` products per element, then one addition to c.
template <class T, int kRows, int kVectors>
inline __attribute__((always_inline)) void micro_block(const T* a, const T* b, int64_t depth, T* c, int64_t ldc,
                                                       bool accumulate, bool clamp) {
  using Vector = typename Lanes<T>::Vector;
  using Unaligned = typename Lanes<T>::Unaligned;
  constexpr int kLanes = Lanes<T>::kCount;
  Vector sum[kRows][kVectors];
  Vector whole[kRows][kVectors];  // of the links so far; in the L1 cache, unlike `sum`
  int64_t k = 0;
  do {
    if (k > 0) {
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) whole[r][v] = k > kTerms<T> ? whole[r][v] + sum[r][v] : sum[r][v];
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sum[r][v] = Vector{};
    }
    const int64_t end = depth - k < kTerms<T> ? depth : k + kTerms<T>;
    for (; k < end; ++k) {
      Vector column[kVectors];
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) column[v] = *reinterpret_cast<const Unaligned*>(b + v * kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const Vector row = a[r] - Vector{};
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) sum[r][v] += row * column[v];
      }
      a += kPanel;
      b += kPanel;
    }
  } while (k < depth);
  const Vector one = T(1) - Vector{};
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      auto* out = reinterpret_cast<Unaligned*>(c + r * ldc + v * kLanes);
      Vector x = sum[r][v];
      if (depth > kTerms<T>) x = whole[r][v] + x;
      if (accumulate) x = Vector(*out) + x;
      if (clamp) {
        x = x < -one ? -one : x;
        x = x > one ? one : x;
        x = x + Vector{};  // -0 becomes +0, which ordered_key relies on
      }
      *out = x;
    }
  }
}

template <class T, int kRows, int kVectors>
void product(Operand<T> a, Operand<T> b, int64_t depth, T* c, int64_t ldc, bool upper, bool accumulate, bool clamp) {
  constexpr int kWidth = kVectors * Lanes<T>::kCount;
  static_assert(kPanel % kWidth == 0 && kPanel % kRows == 0);
  for (int64_t k = 0; k < depth; k += kChain) {
    const int64_t steps = depth - k < kChain ? depth - k : kChain;
    const bool add = accumulate || k > 0;
    const bool last = clamp && k + steps == depth;
    for (int64_t q = 0; q < b.panels; ++q) {
      const T* column = b.data + (q * depth + k) * kPanel;
      const int64_t last_panel = upper && q + 1 < a.panels ? q + 1 : a.panels;
      for (int64_t offset = 0; offset < kPanel; offset += kWidth) {
        for (int64_t p = 0; p < last_panel; ++p) {
          const T* row = a.data + (p * depth + k) * kPanel;
          T* out = c + p * kPanel * ldc + q * kPanel + offset;
          for (int64_t r = 0; r < kPanel; r += kRows) {
            micro_block<T, kRows, kVectors>(row + r, column + offset, steps, out + r * ldc, ldc, add, last);
          }
        }
      }
    }
  }
}

template <class T>
void extremes(const T* x, int64_t count, T* min, T* max) {
  using Vector = typename Lanes<T>::Vector;
  using Unaligned = typename Lanes<T>::Unaligned;
  constexpr int kLanes = Lanes<T>::kCount;
  T low = *min;
  T high = *max;
  int64_t k = 0;
  if (count >= kLanes) {
    Vector lows = low - Vector{};
    Vector highs = high - Vector{};
    for (; k + kLanes <= count; k += kLanes) {
      const Vector v = *reinterpret_cast<const Unaligned*>(x + k);
      lows = v < lows ? v : lows;
      highs = v > highs ? v : highs;
    }
    for (int lane = 0; lane < kLanes; ++lane) {
      low = lows[lane] < low ? lows[lane] : low;
      high = highs[lane] > high ? highs[lane] : high;
    }
  }
  for (; k < count; ++k) {
    low = x[k] < low ? x[k] : low;
    high = x[k] > high ? x[k] : high;
  }
  *min = low;
  *max = high;
}

template <class T>
inline int32_t fine_slot(T x) {
  const T scaled = x * T(kFinePerUnit);
  auto slot = static_cast<int32_t>(scaled);
  slot -= static_cast<T>(slot) > scaled;
  slot += static_cast<int32_t>(kFinePerUnit);
  return slot < kFineBins ? slot : static_cast<int32_t>(kFineBins - 1);
}

/// Branch-free: every value is written to `kept`, which advances only behind a wanted one.
template <class T>
inline void fine_one(T x, int32_t slot, uint32_t* counts, T*& kept) {
  const uint32_t before = counts[slot];
  counts[slot] = before + 1;
  *kept = x;
  kept += before >> 31;
}

/// Slots are computed 64 at a time by vector instructions, then counted one by one: neighbouring cosines rarely share
/// one of so many slots, so the increments do not wait for each other.
void fine_f32(const float* x, int64_t count, FineLoop<float>* loop) {
  using Vector = Lanes<float>::Vector;
  using Unaligned = Lanes<float>::Unaligned;
  using Ints = Lanes<int32_t>::Vector;
  constexpr int kLanes = Lanes<float>::kCount;
  constexpr int kBlock = 64;
  uint32_t* const counts = loop->counts;
  float* kept = loop->kept;
  float low = loop->min;
  float high = loop->max;
  int64_t k = 0;
  if (count >= kBlock) {
    Vector lows = low - Vector{};
    Vector highs = high - Vector{};
    const Ints top = static_cast<int32_t>(kFineBins - 1) - Ints{};
    for (; k + kBlock <= count; k += kBlock) {
      alignas(GRAMIAN_VECTOR_BYTES) int32_t slots[kBlock];
      for (int v = 0; v < kBlock; v += kLanes) {
        const Vector value = *reinterpret_cast<const Unaligned*>(x + k + v);
        lows = value < lows ? value : lows;
        highs = value > highs ? value : highs;
        const Vector scaled = value * static_cast<float>(kFinePerUnit);
        Ints slot = __builtin_convertvector(scaled, Ints);
        slot += __builtin_convertvector(slot, Vector) > scaled;  // a true comparison is -1: floor
        slot += static_cast<int32_t>(kFinePerUnit);
        *reinterpret_cast<Ints*>(slots + v) = slot > top ? top : slot;
      }
#pragma GCC unroll 8
      for (int e = 0; e < kBlock; ++e) fine_one(x[k + e], slots[e], counts, kept);
    }
    for (int lane = 0; lane < kLanes; ++lane) {
      low = lows[lane] < low ? lows[lane] : low;
      high = highs[lane] > high ? highs[lane] : high;
    }
  }
  for (; k < count; ++k) {
    low = x[k] < low ? x[k] : low;
    high = x[k] > high ? x[k] : high;
    fine_one(x[k], fine_slot(x[k]), counts, kept);
  }
  loop->kept = kept;
  loop->min = low;
  loop->max = high;
}

void fine_f64(const double* x, int64_t count, FineLoop<double>* loop) {
  extremes(x, count, &loop->min, &loop->max);
  double* kept = loop->kept;
  for (int64_t k = 0; k < count; ++k) fine_one(x[k], fine_slot(x[k]), loop->counts, kept);
  loop->kept = kept;
}

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

template <class T>
inline void bracket_one(T x, const BracketLoop<T>& loop) {
  for (int64_t b = 0; b < loop.brackets; ++b) {
    if (x < loop.lo[b]) {
      ++loop.below[b];
    } else if (x <= loop.hi[b]) {
      *loop.kept[b]++ = x;
    }
  }
}

template <class T>
void brackets_plain(const T* x, int64_t count, const BracketLoop<T>& loop) {
  for (int64_t k = 0; k < count; ++k) bracket_one(x[k], loop);
}

#if defined(__AVX512F__)
/// One bracket at a time over the segment, which is in the L1 cache.
void brackets_f32(const float* x, int64_t count, const BracketLoop<float>& loop) {
  const int64_t whole = count / 16 * 16;
  for (int64_t b = 0; b < loop.brackets; ++b) {
    const __m512 lo = _mm512_set1_ps(loop.lo[b]);
    const __m512 hi = _mm512_set1_ps(loop.hi[b]);
    float* out = loop.kept[b];
    // Three counts from two comparisons: at most hi, of those below lo, the difference is inside.
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
    for (int64_t k = whole; k < count; ++k) {
      if (x[k] < loop.lo[b]) {
        ++below;
      } else if (x[k] <= loop.hi[b]) {
        *out++ = x[k];
      }
    }
    loop.below[b] += below;
    loop.kept[b] = out;
  }
}
#elif defined(__AVX2__)
void brackets_f32(const float* x, int64_t count, const BracketLoop<float>& loop) {
  const int64_t whole = count / 8 * 8;
  for (int64_t b = 0; b < loop.brackets; ++b) {
    const __m256 lo = _mm256_set1_ps(loop.lo[b]);
    const __m256 hi = _mm256_set1_ps(loop.hi[b]);
    float* out = loop.kept[b];
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
    for (int64_t k = whole; k < count; ++k) {
      if (x[k] < loop.lo[b]) {
        ++below;
      } else if (x[k] <= loop.hi[b]) {
        *out++ = x[k];
      }
    }
    loop.below[b] += below;
    loop.kept[b] = out;
  }
}
#else
void brackets_f32(const float* x, int64_t count, const BracketLoop<float>& loop) { brackets_plain(x, count, loop); }
#endif

/// Bit per lane where a >= b.
template <class T>
inline unsigned lanes_reaching(typename Lanes<T>::Vector a, typename Lanes<T>::Vector b) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return _mm512_cmp_ps_mask(__m512(a), __m512(b), _CMP_GE_OQ);
  else
    return _mm512_cmp_pd_mask(__m512d(a), __m512d(b), _CMP_GE_OQ);
#elif defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(__m256(a), __m256(b), _CMP_GE_OQ)));
  } else {
    return static_cast<unsigned>(_mm256_movemask_pd(_mm256_cmp_pd(__m256d(a), __m256d(b), _CMP_GE_OQ)));
  }
#else
  unsigned mask = 0;
  for (int lane = 0; lane < Lanes<T>::kCount; ++lane) mask |= static_cast<unsigned>(a[lane] >= b[lane]) << lane;
  return mask;
#endif
}

template <class T>
void reaching(const T* x, int64_t count, T row, const T* columns, ReachingLoop* loop) {
  using Vector = typename Lanes<T>::Vector;
  using Unaligned = typename Lanes<T>::Unaligned;
  constexpr int kLanes = Lanes<T>::kCount;
  const Vector rows = row - Vector{};
  int64_t row_count = 0;
  int64_t column_count = 0;
  int64_t k = 0;
  for (; k + kLanes <= count; k += kLanes) {
    const Vector value = *reinterpret_cast<const Unaligned*>(x + k);
    unsigned for_row = lanes_reaching<T>(value, rows);
    unsigned for_columns = lanes_reaching<T>(value, *reinterpret_cast<const Unaligned*>(columns + k));
    if (__builtin_expect((for_row | for_columns) != 0, 0)) {
      for (; for_row != 0; for_row &= for_row - 1) {
        loop->for_row[row_count++] = static_cast<uint32_t>(k + __builtin_ctz(for_row));
      }
      for (; for_columns != 0; for_columns &= for_columns - 1) {
        loop->for_columns[column_count++] = static_cast<uint32_t>(k + __builtin_ctz(for_columns));
      }
    }
  }
  for (; k < count; ++k) {
    if (x[k] >= row) loop->for_row[row_count++] = static_cast<uint32_t>(k);
    if (x[k] >= columns[k]) loop->for_columns[column_count++] = static_cast<uint32_t>(k);
  }
  loop->row_count = row_count;
  loop->column_count = column_count;
}

/// Counter is the integer as wide as T, so that a comparison's -1 lanes subtract directly.
template <class T, class Counter>
int64_t degrees(const T* x, int64_t count, T threshold, Counter* columns) {
  using Unaligned = typename Lanes<T>::Unaligned;
  using Counts = typename Lanes<Counter>::Vector;
  using UnalignedCounts = typename Lanes<Counter>::Unaligned;
  constexpr int kLanes = Lanes<T>::kCount;
  Counts sum{};
  int64_t k = 0;
  for (; k + kLanes <= count; k += kLanes) {
    const Counts reaches = *reinterpret_cast<const Unaligned*>(x + k) >= threshold;
    auto* column = reinterpret_cast<UnalignedCounts*>(columns + k);
    *column = Counts(*column) - reaches;
    sum -= reaches;
  }
  int64_t degree = 0;
  for (int lane = 0; lane < kLanes; ++lane) degree += sum[lane];
  for (; k < count; ++k) {
    const bool reaches = x[k] >= threshold;
    columns[k] += reaches;
    degree += reaches;
  }
  return degree;
}

/// RankBins::bin. Every step but the flooring is exact.
template <class T>
void rank_bins(const T* x, int64_t count, const uint32_t* cells, uint32_t* bins) {
  constexpr int32_t kLastPart = (int32_t{1} << kMaxLogParts) - 1;
  for (int64_t k = 0; k < count; ++k) {
    const int32_t cell = fine_slot(x[k]);
    const T lo = static_cast<T>(cell - static_cast<int32_t>(kFinePerUnit)) * (T(1) / T(kFinePerUnit));
    const auto fraction = static_cast<int32_t>((x[k] - lo) * T(kFinePerUnit << kMaxLogParts));
    const uint32_t part = static_cast<uint32_t>(fraction < kLastPart ? fraction : kLastPart);
    const uint32_t entry = cells[cell];
    bins[k] = (entry >> kLogPartsBits) + (part >> (kMaxLogParts - (entry & ((1u << kLogPartsBits) - 1))));
  }
}

typedef Lanes<int32_t>::Vector Indices;
typedef Lanes<uint32_t>::Vector Entries;

inline Entries gather(const uint32_t* table, Indices at) {
#if defined(__AVX512F__)
  return Entries(_mm512_i32gather_epi32(__m512i(at), table, 4));
#elif defined(__AVX2__)
  return Entries(_mm256_i32gather_epi32(reinterpret_cast<const int*>(table), __m256i(at), 4));
#else
  Entries found;
  for (int lane = 0; lane < Lanes<int32_t>::kCount; ++lane) found[lane] = table[at[lane]];
  return found;
#endif
}

/// As rank_bins, a vector at a time.
void rank_bins_f32(const float* x, int64_t count, const uint32_t* cells, uint32_t* bins) {
  using Vector = Lanes<float>::Vector;
  using Unaligned = Lanes<float>::Unaligned;
  constexpr int kLanes = Lanes<float>::kCount;
  const Indices last_cell = static_cast<int32_t>(kFineBins - 1) - Indices{};
  const Indices last_part = ((int32_t{1} << kMaxLogParts) - 1) - Indices{};
  int64_t k = 0;
  for (; k + kLanes <= count; k += kLanes) {
    const Vector value = *reinterpret_cast<const Unaligned*>(x + k);
    const Vector scaled = value * static_cast<float>(kFinePerUnit);
    Indices cell = __builtin_convertvector(scaled, Indices);
    cell += __builtin_convertvector(cell, Vector) > scaled;  // a true comparison is -1: floor
    cell += static_cast<int32_t>(kFinePerUnit);
    cell = cell > last_cell ? last_cell : cell;
    const Vector floor = __builtin_convertvector(cell - static_cast<int32_t>(kFinePerUnit), Vector);
    Indices part = __builtin_convertvector((scaled - floor) * static_cast<float>(1 << kMaxLogParts), Indices);
    part = part > last_part ? last_part : part;
    const Entries entry = gather(cells, cell);
    const Entries shift = static_cast<uint32_t>(kMaxLogParts) - (entry & ((1u << kLogPartsBits) - 1));
    *reinterpret_cast<Lanes<uint32_t>::Unaligned*>(bins + k) = (entry >> kLogPartsBits) + (Entries(part) >> shift);
  }
  rank_bins(x + k, count - k, cells, bins + k);
}

}  // namespace
}  // namespace gramian::cpu

#include "kernels/cpu/isa/interval_loops.hpp"
#include "kernels/cpu/isa/quick_dot.hpp"

namespace gramian::cpu {
namespace {

constexpr IsaTable make_table(const char* name, decltype(IsaTable::dot) dot, decltype(IsaTable::dot_f32) dot_f32) {
  return {name,
          product<float, GRAMIAN_MICRO_ROWS, GRAMIAN_MICRO_VECTORS>,
          product<double, GRAMIAN_MICRO_ROWS, GRAMIAN_MICRO_VECTORS>,
          nullptr,
          nullptr,
          extremes<float>,
          extremes<double>,
          fine_f32,
          fine_f64,
          histogram_fast,
          histogram_exact,
          brackets_f32,
          brackets_plain<double>,
          intervals_f32,
          intervals_plain<double>,
          reaching<float>,
          reaching<double>,
          degrees<float, int32_t>,
          degrees<double, int64_t>,
          rank_bins_f32,
          rank_bins<double>,
          dot,
          dot_f32,
          quick_dot};
}

}  // namespace
}  // namespace gramian::cpu
