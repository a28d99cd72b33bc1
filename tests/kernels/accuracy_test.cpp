// The promise about every cosine is kept, for each backend, precision, dimension and kind of data.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/space.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/cosines.hpp"
#include "tests/support/data.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

constexpr int64_t kRows = 61;  // more than one panel, not a multiple of anything
constexpr Precision kPrecisions[] = {Precision::double_, Precision::single, Precision::half};
// Round the links and the chain of the inner loops; where products of equal size round worst (130, 513, 1022, 4095);
// and real ones.
constexpr int64_t kDims[] = {1, 2, 7, 31, 33, 48, 64, 127, 128, 129, 130, 300, 513, 768, 1022, 4095, 4096};

class Accuracy : public ::testing::TestWithParam<std::tuple<BackendCase, int64_t>> {};

TEST_P(Accuracy, KeepsThePromise) {
  const auto& [device, d] = GetParam();
  const auto backend = device.make(1);
  for (const Generator& generator : generators()) {
    const Stored stored = generator.make(kRows, d, 7);
    const std::vector<double> exact = oracle::cosines(stored.exact);
    for (const Precision precision : kPrecisions) {
      Space space(*backend, stored.matrix.view);
      const std::vector<double> swept = swept_cosines(space, precision);
      ASSERT_EQ(swept.size(), exact.size());
      double worst = 0.0;
      for (size_t k = 0; k < exact.size(); ++k) {
        const double error = std::abs(swept[k] - exact[k]);
        worst = error <= worst ? worst : error;  // NaN stays
      }
      EXPECT_LE(worst, promise(precision)) << generator.name << ", " << precision_name(precision);
      RecordProperty(generator.name + "_" + name_of(precision), shown(worst));
      if (std::getenv("GRAMIAN_SHOW_ERRORS") != nullptr) {
        std::printf("error %s d=%lld %s %s %.3g\n", device.name.c_str(), static_cast<long long>(d),
                    generator.name.c_str(), name_of(precision).c_str(), worst);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cosines, Accuracy,
                         ::testing::Combine(::testing::ValuesIn(backends()), ::testing::ValuesIn(kDims)),
                         [](const auto& test) {
                           return std::get<0>(test.param).name + "_d" + std::to_string(std::get<1>(test.param));
                         });

class SameBits : public ::testing::TestWithParam<int64_t> {};

TEST_P(SameBits, BetweenBackendsOfOneGroup) {
  const int64_t d = GetParam();
  for (const Generator& generator : generators()) {
    const Stored stored = generator.make(kRows, d, 11);
    for (const Precision precision : {Precision::double_, Precision::single}) {
      std::map<std::string, std::vector<double>> first;
      for (const BackendCase& device : backends()) {
        if (!device.name.starts_with("cpu")) continue;  // others promise nobody the same bits
        const auto backend = device.make(1);
        Space space(*backend, stored.matrix.view);
        const std::string bits = same_bits(device, space.unit_rows(precision));
        if (bits.empty()) continue;
        const std::vector<double> swept = swept_cosines(space, precision);
        const auto [it, added] = first.try_emplace(bits, swept);
        EXPECT_TRUE(it->second == swept) << device.name << ", " << generator.name << ", " << precision_name(precision);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cosines, SameBits, ::testing::ValuesIn(kDims),
                         [](const auto& test) { return std::string("d").append(std::to_string(test.param)); });

TEST(Backends, RequiredOnesArePresent) {
  const char* required = std::getenv("GRAMIAN_REQUIRE_CUDA");
  const bool cuda = std::ranges::any_of(backends(), [](const BackendCase& b) { return b.name.starts_with("cuda"); });
  if (required != nullptr && std::string_view(required) == "1") {
    EXPECT_TRUE(cuda) << "GRAMIAN_REQUIRE_CUDA=1, and no CUDA device joined the tests";
  }
  EXPECT_FALSE(backends().empty());
}

}  // namespace
}  // namespace gramian::testing
