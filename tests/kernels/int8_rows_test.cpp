// Rounding to int8, and two products of int8 rows at once, by every instruction set, against plain loops.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/cpu/isa/isa.hpp"
#include "tests/support/random.hpp"

namespace gramian::testing {
namespace {

using Row = std::vector<int8_t>;

int32_t product(const Row& x, bool second_of_x, const Row& y, bool second_of_y) {
  int32_t sum = 0;
  for (size_t block = 0; block < x.size(); block += 128) {
    for (size_t k = 0; k < 64; ++k) {
      sum += int32_t{x[block + (second_of_x ? 64 : 0) + k]} * int32_t{y[block + (second_of_y ? 64 : 0) + k]};
    }
  }
  return sum;
}

TEST(CrossedDots, AreThoseOfPlainSums) {
  Random random(7);
  int count = 0;
  const cpu::IsaTable* const* tables = cpu::isa_tables(&count);
  const auto any = [&] { return static_cast<int8_t>(random.below(255) - 127); };
  const auto least = [] { return int8_t{-127}; };
  const auto most = [] { return int8_t{127}; };
  for (const int64_t blocks : {0, 1, 2, 3, 12, 1024}) {
    const auto filled = [&](auto value) {
      Row row(static_cast<size_t>(128 * blocks));
      for (int8_t& entry : row) entry = value();
      return row;
    };
    const std::vector<Row> rows = {filled(any), filled(any), filled(least), filled(most)};
    for (const Row& x : rows) {
      for (const Row& y : rows) {
        for (int k = 0; k < count; ++k) {
          int32_t sums[2] = {1, 1};
          tables[k]->crossed_dots(x.data(), y.data(), blocks, sums);
          EXPECT_EQ(sums[0], product(x, false, y, true)) << tables[k]->name << ", " << blocks;
          EXPECT_EQ(sums[1], product(x, true, y, false)) << tables[k]->name << ", " << blocks;
        }
      }
    }
  }
}

TEST(Quantize, RoundsToTheNearestStep) {
  Random random(9);
  int count = 0;
  const cpu::IsaTable* const* tables = cpu::isa_tables(&count);
  constexpr double kStep = 0x1p-20;
  for (const size_t size : {0, 1, 7, 63, 64}) {
    std::vector<double> x;
    for (size_t k = 0; k < size; ++k) x.push_back(40.0 * random.gaussian() * kStep);
    if (size > 4) {
      x[0] = 0.5 * kStep;     // to even: nothing
      x[1] = -1.5 * kStep;    // to -2
      x[2] = 1000.0 * kStep;  // more than fits
      x[3] = -127.6 * kStep;
    }
    for (int t = 0; t < count; ++t) {
      std::vector<double> left = x;
      std::vector<int8_t> rounded(size);
      tables[t]->quantize(left.data(), static_cast<int64_t>(size), kStep, rounded.data());
      for (size_t k = 0; k < size; ++k) {
        EXPECT_EQ(rounded[k], std::clamp(std::nearbyint(x[k] / kStep), -127.0, 127.0)) << tables[t]->name;
        EXPECT_EQ(left[k], x[k] - kStep * rounded[k]) << tables[t]->name;
      }
    }
  }
}

}  // namespace
}  // namespace gramian::testing
