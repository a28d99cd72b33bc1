#pragma once
// Checked narrowing and overflow-safe products of extents.

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "engine/error.hpp"

namespace gramian {

/// value as To; throws InvalidInput when it does not fit.
template <std::integral To, std::integral From>
To narrow(From value) {
  if (!std::in_range<To>(value)) {
    throw InvalidInput("the number " + std::to_string(value) + " does not fit where it is needed");
  }
  return static_cast<To>(value);
}

/// a * b for non-negative extents; throws InvalidInput naming `what` when the product overflows int64.
inline int64_t checked_product(int64_t a, int64_t b, const char* what) {
  int64_t product = 0;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product)) {
    throw InvalidInput(std::string(what) + ": " + std::to_string(a) + " x " + std::to_string(b) + " overflows 64 bits");
  }
  return product;
}

}  // namespace gramian
