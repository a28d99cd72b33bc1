// Included once by each canonical_*.cpp, which defines GRAMIAN_VECTOR_BYTES. Apart from loops/isa_loops.hpp, since here
// no product may contract with a sum: the order of engine/cosines/canonical_order.hpp, to the last bit, on every
// instruction set. No std headers, as there.

#include <stdint.h>

#include "engine/cosines/canonical_order.hpp"
#include "kernels/cpu/isa/canonical.hpp"

namespace gramian::cpu {
namespace {

typedef double Wide __attribute__((vector_size(GRAMIAN_VECTOR_BYTES)));
typedef double WideAnywhere __attribute__((vector_size(GRAMIAN_VECTOR_BYTES), aligned(1), may_alias));
typedef float NarrowAnywhere __attribute__((vector_size(GRAMIAN_VECTOR_BYTES / 2), aligned(1), may_alias));
typedef double DoubleAnywhere __attribute__((aligned(1), may_alias));
typedef float FloatAnywhere __attribute__((aligned(1), may_alias));

constexpr int kWide = GRAMIAN_VECTOR_BYTES / 8;
constexpr int kVectors = static_cast<int>(kCanonicalLanes) / kWide;

struct Doubles {
  const char* at;
  Wide vector(int64_t k) const { return *reinterpret_cast<const WideAnywhere*>(at + 8 * k); }
  double one(int64_t k) const { return *reinterpret_cast<const DoubleAnywhere*>(at + 8 * k); }
};

struct Floats {
  const char* at;
  Wide vector(int64_t k) const {
    return __builtin_convertvector(*reinterpret_cast<const NarrowAnywhere*>(at + 4 * k), Wide);
  }
  double one(int64_t k) const { return static_cast<double>(*reinterpret_cast<const FloatAnywhere*>(at + 4 * k)); }
};

template <class Values>
inline double canonical_sum(Values x, Values y, int64_t count) {
  Wide sums[kVectors] = {};
  int64_t k = 0;
  for (; k + kCanonicalLanes <= count; k += kCanonicalLanes) {
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) sums[v] += x.vector(k + v * kWide) * y.vector(k + v * kWide);
  }
  double lanes[kCanonicalLanes];
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) *reinterpret_cast<WideAnywhere*>(lanes + v * kWide) = sums[v];
  for (; k < count; ++k) lanes[k % kCanonicalLanes] += x.one(k) * y.one(k);
  for (int64_t half = kCanonicalLanes / 2; half > 0; half /= 2) {
    for (int64_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
  }
  return lanes[0];
}

double dot_doubles(const double* x, const double* y, int64_t count) {
  return canonical_sum(Doubles{reinterpret_cast<const char*>(x)}, Doubles{reinterpret_cast<const char*>(y)}, count);
}

double dot_floats(const void* x, const void* y, int64_t count) {
  return canonical_sum(Floats{static_cast<const char*>(x)}, Floats{static_cast<const char*>(y)}, count);
}

}  // namespace
}  // namespace gramian::cpu
