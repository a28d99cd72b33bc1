// Rows as int8 slices on CUDA devices: the same bits as plain loops on the CPU, on every kind of device, and no further
// from the exact cosines than is proven.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "engine/error.hpp"
#include "engine/space.hpp"
#include "tests/emulation/emulated_backend.hpp"
#include "tests/oracle/exact_cosine.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"
#include "tests/support/sliced_rows.hpp"
#include "tests/support/sweeping.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

// Whole blocks of 256 and of 64, and a column more and less; where sums grow largest.
constexpr int64_t kDims[] = {1, 2, 33, 64, 65, 130, 256, 300, 513, 768, 1022, 4096};

std::unique_ptr<Backend> int8_backend(int devices = 1, bool fused = false) {
  emulation::Settings settings;
  settings.devices = devices;
  return make_emulated_backend(settings, {.int8 = true, .fused = fused});
}

class Int8Form : public ::testing::TestWithParam<int64_t> {};
class Int8Cosines : public ::testing::TestWithParam<std::tuple<int64_t, bool>> {};

/// All that the fused kernel has, or all there is.
SweepRequest request_for(const SweepShape& shape, bool fused) {
  SweepRequest request = everything(shape);
  if (fused) std::erase_if(request, [](const Reduction& wanted) { return std::holds_alternative<Nearest>(wanted); });
  return request;
}

TEST_P(Int8Cosines, OfATriangleAreThoseOfTheCpu) {
  const auto& [d, fused] = GetParam();
  const auto backend = int8_backend(2, fused);
  constexpr int64_t n = 50;
  for (const Generator& generator : generators()) {
    SCOPED_TRACE(generator.name);
    const Stored stored = generator.make(n, d, 7);
    const Prepared prepared(*backend, stored.matrix, Precision::single);
    const SweepRequest request = request_for({n, n, true, CosineType::f32}, fused);
    const SweepState state = prepared.sweep(request, 48);
    const std::vector<double>& swept = state.of<Dense>(0).cosines;
    const SlicedRows rows(stored.exact);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = i + 1; j < n; ++j) {
        ASSERT_EQ(swept[static_cast<size_t>(i * n + j)], static_cast<double>(rows.cosine(i, rows, j)))
            << i << ", " << j;
      }
    }
    expect_consistent(state, request, n, CosineType::f32);
  }
}

TEST_P(Int8Cosines, OfARectangleAreThoseOfTheCpu) {
  const auto& [d, fused] = GetParam();
  const auto backend = int8_backend(1, fused);
  const Stored first = store(outlier_dimensions(50, d, 3), ElementType::f32);
  const Stored second = store(gaussian(40, d, 4), ElementType::f16);
  const Prepared a(*backend, first.matrix, Precision::single);
  const Prepared b(*backend, second.matrix, Precision::single, a.rows.get());
  const SweepShape shape{50, 40, false, CosineType::f32};
  const TileGrid grid = TileGrid::rectangle(50, 40, 48);
  const SweepRequest request = request_for(shape, fused);
  const SweepState state = backend->sweep(*a.rows, *b.rows, request, grid, {0, grid.size()}, {});
  const SlicedRows rows(first.exact);
  const SlicedRows columns(second.exact);
  for (int64_t i = 0; i < 50; ++i) {
    for (int64_t j = 0; j < 40; ++j) {
      ASSERT_EQ(state.of<Dense>(0).cosines[static_cast<size_t>(i * 40 + j)],
                static_cast<double>(rows.cosine(i, columns, j)))
          << i << ", " << j;
    }
  }
  expect_consistent(state, request, shape);
}

/// The largest error as a share of the bound.
double largest_share(Backend& backend, const Stored& stored) {
  Space space(backend, stored.matrix.view);
  const UnitRows& rows = space.unit_rows(Precision::single);
  EXPECT_LT(rows.bound(), 1e-4);
  const int64_t n = space.size();
  const int64_t d = space.dim();
  const SweepState state = backend.sweep(rows, {Dense{}});
  const double* const values = stored.exact.values.data();
  double largest = 0.0;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = i + 1; j < n; ++j) {
      const long double exact = oracle::exact_cosine(values + i * d, values + j * d, d);
      const double off =
          std::abs(static_cast<double>(state.of<Dense>(0).cosines[static_cast<size_t>(i * n + j)] - exact));
      largest = std::max(largest, off / rows.bound());
    }
  }
  return largest;
}

TEST_P(Int8Form, BoundIsNeverExceeded) {
  const auto backend = int8_backend();
  for (const Generator& generator : generators()) {
    const double share = largest_share(*backend, generator.make(GetParam() > 500 ? 12 : 24, GetParam(), 17));
    EXPECT_LE(share, 1.0) << generator.name;
    RecordProperty(generator.name, shown(share));
  }
}

// Of the fused kernel every multiplication is emulated.
INSTANTIATE_TEST_SUITE_P(FewerDims, Int8Cosines,
                         ::testing::Combine(::testing::Values(1, 65, 130, 300), ::testing::Values(true)),
                         [](const auto& test) { return "d" + std::to_string(std::get<0>(test.param)) + "_fused"; });
INSTANTIATE_TEST_SUITE_P(Dims, Int8Cosines, ::testing::Combine(::testing::ValuesIn(kDims), ::testing::Values(false)),
                         [](const auto& test) { return "d" + std::to_string(std::get<0>(test.param)) + "_cublas"; });
INSTANTIATE_TEST_SUITE_P(Dims, Int8Form, ::testing::ValuesIn(kDims),
                         [](const auto& test) { return std::string("d").append(std::to_string(test.param)); });

TEST(Int8Bound, IsNearlyReached) {
  // Rotated, every row but the last is one large entry and many that are rounded the way that the last row points. A
  // Hadamard matrix and signs are their own inverses.
  constexpr int64_t d = 256;
  constexpr double kUnits = 127.0 * 65536.0;
  oracle::Table rows(20, d);
  for (int64_t i = 0; i < rows.rows; ++i) {
    for (int64_t k = 0; k < d; ++k) {
      const double sign = (k * k + k) / 2 % 2 == 0 ? 1.0 : -1.0;
      rows.at(i, k) = i + 1 == rows.rows ? sign : k == 0 ? 1.0 : (static_cast<double>(i) + 0.45) * sign / kUnits;
    }
  }
  const Stored stored = store(SlicedRows::unrotated(rows), ElementType::f64);
  const auto backend = int8_backend();
  const double share = largest_share(*backend, stored);
  EXPECT_LE(share, 1.0);
  EXPECT_GT(share, 0.3);
  RecordProperty("share", shown(share));
}

TEST(Int8Choice, FollowsComputeCapability) {
  const auto form_on = [&](int major, bool int8_products, bool asked_for, int64_t d) {
    emulation::Settings settings;
    settings.compute_major = major;
    settings.int8_products = int8_products;
    const auto backend = make_emulated_backend(settings, {.int8 = asked_for});
    const Stored wide = store(gaussian(2, d, 3), ElementType::f32);
    return Prepared(*backend, wide.matrix, Precision::single).rows->form().substr(0, 4);
  };
  EXPECT_EQ(form_on(8, true, false, 8), "int8");
  EXPECT_EQ(form_on(12, true, false, 8), "int8");
  EXPECT_EQ(form_on(9, true, false, 8), "fp16");
  EXPECT_EQ(form_on(10, true, false, 8), "fp16");
  EXPECT_EQ(form_on(9, true, true, 8), "int8");
  // A library without such products is no reason to do without the device, unless they are what was asked for.
  EXPECT_EQ(form_on(8, false, false, 8), "fp16");
  EXPECT_THROW(form_on(8, false, true, 8), DeviceUnavailable);
  // Sums that might leave 31 bits.
  EXPECT_EQ(form_on(8, true, false, 43648), "int8");
  EXPECT_EQ(form_on(8, true, true, 43649), "fp16");
}

TEST(Int8Choice, LargestSumsFit) {
  // All of a row in one entry a block, so that after the rotation all entries are alike and as large as they come.
  constexpr int64_t d = 43648;
  oracle::Table rows(2, d);
  for (int64_t k = 0; k < d; k += 64) rows.at(0, k) = rows.at(1, k) = 1.0;
  const Stored stored = store(rows, ElementType::f32);
  const auto backend = int8_backend();
  Space space(*backend, stored.matrix.view);
  const SweepState state = backend->sweep(space.unit_rows(Precision::single), {Dense{}});
  EXPECT_NEAR(state.of<Dense>(0).cosines[1], 1.0, promise(Precision::single));
}

}  // namespace
}  // namespace gramian::testing
