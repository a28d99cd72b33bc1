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

/// A seed for stream `stream` of `seed`: SplitMix64's finalizer (Steele, Lea & Flood 2014), so that neighbouring
/// streams have nothing in common.
inline uint64_t stream_seed(uint64_t seed, uint64_t stream) {
  uint64_t z = seed + (stream + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace gramian
