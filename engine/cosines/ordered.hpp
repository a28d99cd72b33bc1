#pragma once
// Floating-point numbers as unsigned integers in the same order, so that neighbouring representable numbers have
// neighbouring keys. Not for NaN; -0 must have been turned into +0.

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace gramian {

constexpr uint32_t ordered_key(float x) {
  const auto u = std::bit_cast<uint32_t>(x);
  return (u & 0x80000000u) != 0 ? ~u : (u | 0x80000000u);
}

constexpr uint64_t ordered_key(double x) {
  const auto u = std::bit_cast<uint64_t>(x);
  return (u >> 63) != 0 ? ~u : (u | (uint64_t{1} << 63));
}

constexpr float from_ordered_key(uint32_t key) {
  return std::bit_cast<float>((key & 0x80000000u) != 0 ? (key & 0x7fffffffu) : ~key);
}

constexpr double from_ordered_key(uint64_t key) {
  return std::bit_cast<double>((key >> 63) != 0 ? (key & ~(uint64_t{1} << 63)) : ~key);
}

/// The smallest T that is at least `threshold`, so that comparing in T is comparing exactly.
template <class T>
T exact_threshold(double threshold) {
  const T rounded = static_cast<T>(threshold);
  return static_cast<double>(rounded) < threshold ? std::nextafter(rounded, std::numeric_limits<T>::infinity())
                                                  : rounded;
}

}  // namespace gramian
