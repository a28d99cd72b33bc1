#pragma once
// Smallest and largest value, and counts on the fine grid of cosines. See isa_loops.hpp.

#include "engine/cosines/fine_grid.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/isa/loops/lanes.hpp"

namespace gramian::cpu {
namespace {

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

}  // namespace
}  // namespace gramian::cpu
