#pragma once
// The GEMM micro-kernel and the loops round it. See isa_loops.hpp.

#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/isa/loops/lanes.hpp"
#include "kernels/cpu/isa/panel_size.hpp"

namespace gramian::cpu {
namespace {

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
void product(Operand<T> a, Operand<T> b, int64_t depth, T* c, int64_t ldc, ProductOptions options) {
  constexpr int kWidth = kVectors * Lanes<T>::kCount;
  static_assert(kPanel % kWidth == 0 && kPanel % kRows == 0);
  for (int64_t k = 0; k < depth; k += kChain) {
    const int64_t steps = depth - k < kChain ? depth - k : kChain;
    const bool add = options.accumulate || k > 0;
    const bool last = options.clamp && k + steps == depth;
    for (int64_t q = 0; q < b.panels; ++q) {
      const T* column = b.data + (q * depth + k) * kPanel;
      const int64_t last_panel = options.upper && q + 1 < a.panels ? q + 1 : a.panels;
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

}  // namespace
}  // namespace gramian::cpu
