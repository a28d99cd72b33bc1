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

/// SplitMix64 (Steele, Lea & Flood 2014): what its state advances by, and how a state becomes a number.
inline constexpr uint64_t kSplitMixStep = 0x9e3779b97f4a7c15u;
constexpr uint64_t split_mix(uint64_t state) {
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// A seed for stream `stream` of `seed`, so that neighbouring streams have nothing in common.
constexpr uint64_t stream_seed(uint64_t seed, uint64_t stream) {
  return split_mix(seed + (stream + 1) * kSplitMixStep);
}

}  // namespace gramian
