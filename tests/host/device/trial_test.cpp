// That every device passes the trial of first use, and that one which computes wrongly does not.

#include "host/device/trial.hpp"

#include <gtest/gtest.h>

#include "tests/support/backends.hpp"
#include "tests/support/plain_backend.hpp"
#include "tests/support/wrong_backend.hpp"

namespace gramian::testing {
namespace {

class Trial : public ::testing::TestWithParam<BackendCase> {};

TEST_P(Trial, FindsNothing) {
  const auto device = GetParam().make(2);
  EXPECT_EQ(host::differences(*device, *make_plain_backend()), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Devices, Trial, ::testing::ValuesIn(backends()),
                         [](const auto& test) { return test.param.name; });

TEST(WrongDevice, IsFoundInATrial) {
  const auto wrong = make_wrong_backend({3, 249}, 1.0 / 1024.0);
  const std::vector<std::string> expected = {"cosines of single pairs of a triangle in single precision",
                                             "cosines of single pairs of a triangle in double precision",
                                             "cosines of single pairs of a triangle in half precision"};
  EXPECT_EQ(host::differences(*wrong, *make_plain_backend()), expected);
}

}  // namespace
}  // namespace gramian::testing
