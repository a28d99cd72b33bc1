// What a precision promises is enforced: a sweep that breaks it is an error that names the pair.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/plan.hpp"
#include "tests/support/data.hpp"
#include "tests/support/wrong_backend.hpp"

namespace gramian::testing {
namespace {

constexpr Pair kWrong{3, 17};

/// Of 40 rows, all of whose pairs are sampled.
SweepReport swept(double error, Precision precision) {
  const Stored stored = store(gaussian(40, 8, 1), ElementType::f32);
  const std::unique_ptr<Backend> backend = make_wrong_backend(kWrong, error);
  Space space(*backend, stored.matrix.view);
  DistributionAnalysis analysis(space, precision, {});
  SweepAnalysis* const analyses[] = {&analysis};
  return run_sweeps(space, precision, analyses, 1, {});
}

TEST(Promise, AnErrorBeyondItNamesThePair) {
  for (const Precision precision : {Precision::single, Precision::double_, Precision::half}) {
    const double promise = precision_promise(precision);
    try {
      swept(2.0 * promise, precision);
      FAIL() << precision_name(precision);
    } catch (const BrokenPromise& broken) {
      EXPECT_EQ(broken.pair(), kWrong);
      EXPECT_EQ(broken.limit(), promise);
      EXPECT_NEAR(broken.error(), 2.0 * promise, promise);
      EXPECT_NE(std::string(broken.what()).find("rows 3 and 17"), std::string::npos) << broken.what();
    }
  }
}

TEST(Promise, ACosineThatIsNoNumberBreaksIt) {
  EXPECT_THROW(swept(std::nan(""), Precision::single), BrokenPromise);
  EXPECT_THROW(swept(-std::numeric_limits<double>::infinity(), Precision::single), BrokenPromise);
}

TEST(Promise, AnErrorWithinItIsStated) {
  const SweepReport report = swept(5e-7, Precision::single);
  EXPECT_NEAR(report.accuracy.max_abs_error, 5e-7, 1.2e-7);
  EXPECT_EQ(report.accuracy.pairs, 40 * 39 / 2);
}

TEST(Promise, HoldsOfTwoSpacesTogether) {
  const Stored stored = store(gaussian(20, 8, 1), ElementType::f32);
  const std::unique_ptr<Backend> backend = make_wrong_backend(kWrong, 1e-3);
  Space a(*backend, stored.matrix.view);
  Space b(*backend, stored.matrix.view);
  Asked extremes(Extremes{});
  SweepAnalysis* const analyses[] = {&extremes};
  try {
    run_sweeps(a, b, Precision::single, analyses, 1, {});
    FAIL();
  } catch (const BrokenPromise& broken) {
    EXPECT_EQ(broken.pair(), kWrong);
  }
}

}  // namespace
}  // namespace gramian::testing
