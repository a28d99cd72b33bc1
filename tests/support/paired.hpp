#pragma once
// Two spaces over the same items.

#include <memory>
#include <utility>

#include "engine/space.hpp"
#include "tests/support/data.hpp"

namespace gramian::testing {

/// Gaussian rows, and others of d2 dimensions that hold `link` times as much of the first as of noise.
inline std::pair<oracle::Table, oracle::Table> linked(int64_t n, int64_t d1, int64_t d2, double link, uint64_t seed) {
  oracle::Table a = gaussian(n, d1, seed);
  oracle::Table b = gaussian(n, d2, seed + 1);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < d2; ++k) b.at(i, k) += link * a.at(i, k % d1);
  }
  return {std::move(a), std::move(b)};
}

/// The tables as f64 matrices and as spaces on one backend.
struct Paired {
  Paired(std::unique_ptr<Backend> device, const oracle::Table& first, const oracle::Table& second)
      : backend(std::move(device)),
        stored_a(store(first, ElementType::f64)),
        stored_b(store(second, ElementType::f64)),
        a(*backend, stored_a.matrix.view),
        b(*backend, stored_b.matrix.view) {}
  std::unique_ptr<Backend> backend;
  Stored stored_a;
  Stored stored_b;
  Space a;
  Space b;
};

}  // namespace gramian::testing
