#pragma once
// fp16 of the stand-in: storage and the conversions that kernels/cuda uses, rounding to nearest even.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "cuda_runtime.h"

inline namespace emulated_cuda_runtime {

struct __half {
  uint16_t bits;
};

inline __half __ushort_as_half(unsigned short bits) { return {bits}; }

inline float __half2float(__half h) {
  const uint32_t sign = static_cast<uint32_t>(h.bits & 0x8000u) << 16;
  const uint32_t exponent = (h.bits >> 10) & 31u;
  const uint32_t mantissa = h.bits & 0x3ffu;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | mantissa << 13);
  const float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -24)
                                        : std::ldexp(static_cast<float>(mantissa | 0x400u), static_cast<int>(exponent) - 25);
  return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) | sign);
}

inline __half __double2half(double x) {
  const auto sign = static_cast<uint16_t>(std::signbit(x) ? 0x8000u : 0u);
  const double magnitude = std::abs(x);
  if (std::isnan(x)) return {static_cast<uint16_t>(sign | 0x7e00u)};
  if (magnitude >= 65520.0) return {static_cast<uint16_t>(sign | 0x7c00u)};
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  const int unit = std::max(exponent - 11, -24);  // weight of the last place
  const auto steps = static_cast<uint32_t>(std::nearbyint(std::ldexp(magnitude, -unit)));
  // Steps of 2048 carry into the exponent by themselves.
  const uint32_t bits = steps < 1024 ? steps : steps + (static_cast<uint32_t>(unit + 24) << 10);
  return {static_cast<uint16_t>(sign | bits)};
}

inline __half __float2half_rn(float x) { return __double2half(static_cast<double>(x)); }

}  // namespace emulated_cuda_runtime
