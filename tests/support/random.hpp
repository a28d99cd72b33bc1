#pragma once
// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed everywhere.

#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

#include "engine/random.hpp"

namespace gramian::testing {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() { return split_mix(state_ += kSplitMixStep); }
  /// [0, 1)
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  int64_t below(int64_t bound) { return static_cast<int64_t>(next() % static_cast<uint64_t>(bound)); }
  double gaussian() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (int64_t k = std::ssize(items) - 1; k > 0; --k) {
      std::swap(items[static_cast<size_t>(k)], items[static_cast<size_t>(below(k + 1))]);
    }
  }

 private:
  uint64_t state_;
};

}  // namespace gramian::testing
