#pragma once
// Random numbers that a seed fixes on every machine: the output of std::mt19937_64 is defined by the standard, what
// the standard's distributions make of it is not.

#include <cstdint>
#include <random>

namespace gramian {

/// Uniform on [0, bound).
inline int64_t below(std::mt19937_64& generator, int64_t bound) {
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
