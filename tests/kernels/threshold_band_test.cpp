// Bands of the thresholded matrix against the dense cosines of a sweep.

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "engine/error.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"
#include "tests/support/sweeping.hpp"

namespace gramian::testing {
namespace {

class ThresholdBand : public ::testing::TestWithParam<std::tuple<BackendCase, Precision>> {};

TEST_P(ThresholdBand, HoldsWhatReachesIt) {
  const auto& [device, precision] = GetParam();
  Random random(9);
  for (const int64_t n : {1, 2, 49, 64, 150, 301}) {
    for (const oracle::Table& table : {lattice(n, 3), with_mean_cosine(n, 20, 0.3, 5)}) {
      const auto backend = device.make(2);
      const Stored stored = store(table, ElementType::f32);
      const Prepared prepared(*backend, stored.matrix, precision);
      const std::vector<double> dense = prepared.sweep({Dense{}}, 96).of<Dense>(0).cosines;
      for (const double threshold : {0.125, 0.3, 1.5, -2.0}) {
        const int64_t begin = random.below(n);
        const int64_t end = begin + random.below(n - begin + 1);
        for (const auto& [from, to] : {std::pair<int64_t, int64_t>{0, n}, {begin, end}}) {
          const CsrBand band = backend->threshold_band(*prepared.rows, threshold, from, to);
          ASSERT_EQ(std::ssize(band.offsets), to - from + 1);
          std::vector<int32_t> columns;
          std::vector<float> cosines;
          for (int64_t i = from; i < to; ++i) {
            ASSERT_EQ(band.offsets[static_cast<size_t>(i - from)], std::ssize(columns)) << i;
            for (int64_t j = 0; j < n; ++j) {
              const double x = dense[static_cast<size_t>(std::min(i, j) * n + std::max(i, j))];
              if (j == i || !(x >= threshold)) continue;
              columns.push_back(static_cast<int32_t>(j));
              cosines.push_back(static_cast<float>(x));
            }
          }
          EXPECT_EQ(band.offsets.back(), std::ssize(columns));
          EXPECT_TRUE(band.columns == columns) << n << ", " << threshold << ", rows " << from << " to " << to;
          EXPECT_TRUE(band.cosines == cosines) << n << ", " << threshold << ", rows " << from << " to " << to;
        }
      }
      EXPECT_THROW(backend->threshold_band(*prepared.rows, 0.5, -1, n), InvalidUsage);
      EXPECT_THROW(backend->threshold_band(*prepared.rows, 0.5, 0, n + 1), InvalidUsage);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, ThresholdBand,
                         ::testing::Combine(::testing::ValuesIn(backends()),
                                            ::testing::Values(Precision::single, Precision::double_, Precision::half)),
                         [](const auto& test) {
                           return std::get<0>(test.param).name + "_" + name_of(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace gramian::testing
