// The promise of `single` on tensor cores as they add: the A100's and the H100's way to cut, on all data.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "engine/space.hpp"
#include "tests/emulation/emulated_backend.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/cosines.hpp"
#include "tests/support/data.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

class TensorCores : public ::testing::TestWithParam<std::tuple<int, int64_t>> {};

TEST_P(TensorCores, KeepTheSinglePromise) {
  const auto& [compute_major, d] = GetParam();
  emulation::Settings settings;
  settings.compute_major = compute_major;
  const auto backend = make_emulated_backend(settings);
  for (const Generator& generator : generators()) {
    const Stored stored = generator.make(33, d, 7);
    const std::vector<double> exact = oracle::cosines(stored.exact);
    Space space(*backend, stored.matrix.view);
    const std::vector<double> swept = swept_cosines(space, Precision::single);
    ASSERT_EQ(swept.size(), exact.size());
    double worst = 0.0;
    for (size_t k = 0; k < exact.size(); ++k) {
      const double error = std::abs(swept[k] - exact[k]);
      worst = error <= worst ? worst : error;  // NaN stays
    }
    EXPECT_LE(worst, promise(Precision::single)) << generator.name;
    RecordProperty(generator.name, shown(worst));
  }
}

// Rows of equal entries are cut worst at 3885.
INSTANTIATE_TEST_SUITE_P(
    Dims, TensorCores, ::testing::Combine(::testing::Values(8, 9), ::testing::Values(1, 33, 130, 300, 768, 1022, 3885)),
    [](const auto& test) {
      return "major" + std::to_string(std::get<0>(test.param)) + "_d" + std::to_string(std::get<1>(test.param));
    });

}  // namespace
}  // namespace gramian::testing
