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

/// Where values of wanted slots and, with kPlaces, their positions go.
template <class T, bool kPlaces>
struct FineKept {
  T* values;
  uint32_t* at;

  /// Branch-free: everything is written, and overwritten unless it was wanted.
  void count(T x, int64_t place, int32_t slot, uint32_t* counts) {
    const uint32_t before = counts[slot];
    counts[slot] = before + 1;
    *values = x;
    values += before >> 31;
    if constexpr (kPlaces) {
      *at = static_cast<uint32_t>(place);
      at += before >> 31;
    }
  }
  void note(FineLoop<T>* loop) const {
    loop->kept = values;
    loop->at = at;
  }
};

/// Slots are computed 64 at a time by vector instructions, then counted one by one: neighbouring cosines rarely share
/// one of so many slots, so the increments do not wait for each other. Values [begin, count).
template <bool kPlaces>
void count_fine_f32(const float* x, int64_t begin, int64_t count, FineLoop<float>* loop) {
  using Vector = Lanes<float>::Vector;
  using Unaligned = Lanes<float>::Unaligned;
  using Ints = Lanes<int32_t>::Vector;
  constexpr int kLanes = Lanes<float>::kCount;
  constexpr int kBlock = 64;
  uint32_t* const counts = loop->counts;
  FineKept<float, kPlaces> kept{loop->kept, loop->at};
  float low = loop->min;
  float high = loop->max;
  int64_t k = begin;
  if (count - begin >= kBlock) {
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
      for (int e = 0; e < kBlock; ++e) kept.count(x[k + e], k + e, slots[e], counts);
    }
    for (int lane = 0; lane < kLanes; ++lane) {
      low = lows[lane] < low ? lows[lane] : low;
      high = highs[lane] > high ? highs[lane] : high;
    }
  }
  for (; k < count; ++k) {
    low = x[k] < low ? x[k] : low;
    high = x[k] > high ? x[k] : high;
    kept.count(x[k], k, fine_slot(x[k]), counts);
  }
  kept.note(loop);
  loop->min = low;
  loop->max = high;
}

void fine_f32(const float* x, int64_t count, FineLoop<float>* loop) {
  (loop->at != nullptr ? count_fine_f32<true> : count_fine_f32<false>)(x, 0, count, loop);
}

template <bool kPlaces>
void count_fine_f64(const double* x, int64_t count, FineLoop<double>* loop) {
  FineKept<double, kPlaces> kept{loop->kept, loop->at};
  for (int64_t k = 0; k < count; ++k) kept.count(x[k], k, fine_slot(x[k]), loop->counts);
  kept.note(loop);
}

void fine_f64(const double* x, int64_t count, FineLoop<double>* loop) {
  extremes(x, count, &loop->min, &loop->max);
  (loop->at != nullptr ? count_fine_f64<true> : count_fine_f64<false>)(x, count, loop);
}

}  // namespace
}  // namespace gramian::cpu
