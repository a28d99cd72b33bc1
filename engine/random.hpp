#pragma once
// Random numbers that a seed fixes on every machine and library: std::mt19937_64's output is standardized, that of
// std::uniform_int_distribution is not.

#include <cstdint>
#include <random>

namespace gramian {

/// Uniform on [0, bound), bound >= 1.
inline int64_t random_below(std::mt19937_64& generator, int64_t bound) {
  const auto range = static_cast<uint64_t>(bound);
  const uint64_t reject = (0 - range) % range;
  uint64_t x = generator();
  while (x < reject) x = generator();
  return static_cast<int64_t>(x % range);
}

}  // namespace gramian
