#pragma once
// Values that reach a threshold: of a row and of columns (top-k), counted (degrees). See isa_loops.hpp.

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/isa/loops/lanes.hpp"

namespace gramian::cpu {
namespace {

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

}  // namespace
}  // namespace gramian::cpu
