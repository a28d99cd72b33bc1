// The bound on a swept cosine's error is proven: nothing may exceed it, and rows built to reach it come near.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/space.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "tests/oracle/exact_cosine.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"

namespace gramian::testing {
namespace {

constexpr Precision kPrecisions[] = {Precision::single, Precision::double_, Precision::half};

std::vector<long double> exact_cosines(const oracle::Table& rows) {
  std::vector<long double> all;
  for (int64_t i = 0; i < rows.rows; ++i) {
    for (int64_t j = i + 1; j < rows.rows; ++j) {
      all.push_back(
          oracle::exact_cosine(rows.values.data() + i * rows.cols, rows.values.data() + j * rows.cols, rows.cols));
    }
  }
  return all;
}

/// The largest error of a swept cosine, as a share of what is proven.
double largest_share(Backend& backend, const Stored& stored, const std::vector<long double>& exact,
                     Precision precision) {
  Space space(backend, stored.matrix.view);
  const UnitRows& rows = space.unit_rows(precision);
  const SweepState state = backend.sweep(rows, {Dense{}});
  const std::vector<double>& found = state.of<Dense>(0).cosines;
  double largest = 0.0;
  size_t next = 0;
  for (int64_t i = 0; i < space.size(); ++i) {
    for (int64_t j = i + 1; j < space.size(); ++j) {
      const auto swept = static_cast<long double>(found[static_cast<size_t>(i * space.size() + j)]);
      largest = std::max(largest, static_cast<double>(std::abs(swept - exact[next++])) / rows.bound());
    }
  }
  return largest;
}

TEST(ErrorBound, IsNeverExceeded) {
  for (const int64_t d : {1, 2, 33, 129, 300, 768, 1500}) {
    for (const Generator& generator : generators()) {
      const Stored stored = generator.make(d > 500 ? 12 : 24, d, 17);
      const std::vector<long double> exact = exact_cosines(stored.exact);
      for (const BackendCase& device : backends()) {
        if (!device.name.starts_with("cpu")) continue;
        const auto backend = device.make(1);
        for (const Precision precision : kPrecisions) {
          EXPECT_LE(largest_share(*backend, stored, exact, precision), 1.0)
              << device.name << ", d = " << d << ", " << generator.name << ", " << name_of(precision);
        }
      }
    }
  }
}

TEST(ErrorBound, OfFixedPointIsReached) {
  if (!cpu::select_isa("avx512-vnni")) GTEST_SKIP() << "this processor has no VPDPWSSD";
  // Entries a little less than half a step of int16 above a step: all are rounded down, along the second row.
  constexpr int64_t kDim = 256;
  oracle::Table rows(2, kDim);
  for (int64_t k = 0; k < kDim; ++k) {
    rows.at(0, k) = (2000.0 + 64.0 * static_cast<double>(k % 2) + 0.49) / 32767.0;
    rows.at(1, k) = 1.0 / 16.0 * (k % 2 == 0 ? 1.0 : -1.0);
  }
  const Stored stored = store(rows, ElementType::f64);
  for (const BackendCase& device : backends()) {
    if (device.name != "cpu_avx512_vnni") continue;
    const auto backend = device.make(1);
    const double share = largest_share(*backend, stored, exact_cosines(stored.exact), Precision::half);
    EXPECT_LE(share, 1.0);
    EXPECT_GT(share, 0.1);
  }
}

}  // namespace
}  // namespace gramian::testing
