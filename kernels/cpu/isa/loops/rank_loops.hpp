#pragma once
// Bins of RankBins, by which values are ranked. See isa_loops.hpp.

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#include "engine/cosines/fine_grid.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/isa/loops/fine_loops.hpp"
#include "kernels/cpu/isa/loops/lanes.hpp"

namespace gramian::cpu {
namespace {

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
