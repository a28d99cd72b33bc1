// Predictions against a plain softmax in long double.

#include "engine/analyses/text/unembedding.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

std::vector<double> row_of(const oracle::Table& table, int64_t i) {
  const auto begin = table.values.begin() + i * table.cols;
  return {begin, begin + table.cols};
}

double length(const std::vector<double>& x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

bool same(const std::vector<StatePredictions>& a, const std::vector<StatePredictions>& b) {
  return std::ranges::equal(a, b, [](const StatePredictions& x, const StatePredictions& y) {
    return x.entropy == y.entropy && std::ranges::equal(x.top, y.top, [](const Prediction& p, const Prediction& q) {
             return p.row == q.row && p.probability == q.probability && p.logit == q.logit;
           });
  });
}

class UnembeddingOn : public ::testing::TestWithParam<BackendCase> {
 protected:
  std::vector<StatePredictions> predict(const Stored& rows, const Stored& states, const UnembeddingSettings& settings,
                                        const Preprocessing& preprocessing = {}) {
    Space space(*backend_, rows.matrix.view, {.preprocessing = preprocessing});
    return unembed(space, states.matrix.view, 0, states.exact.rows, settings, {});
  }
  std::unique_ptr<Backend> backend_ = GetParam().make(2);
};

/// `rows` are those that the products are taken with.
void expect_predictions(const std::vector<StatePredictions>& found, const oracle::Table& rows,
                        const oracle::Table& states, const UnembeddingSettings& settings) {
  ASSERT_EQ(std::ssize(found), states.rows);
  for (int64_t s = 0; s < states.rows; ++s) {
    const StatePredictions& got = found[static_cast<size_t>(s)];
    const std::vector<double> state = row_of(states, s);
    const std::vector<double> z = oracle::products(rows, state);
    const oracle::Softmax expected = oracle::softmax(z, settings.temperature);
    ASSERT_EQ(std::ssize(got.top), settings.k);
    ASSERT_NEAR(got.entropy, expected.entropy, kProbabilityTolerance) << s;
    std::vector<double> sorted = z;
    std::ranges::sort(sorted, std::greater<>());
    std::vector<int64_t> seen;
    for (size_t p = 0; p < got.top.size(); ++p) {
      const auto row = static_cast<size_t>(got.top[p].row);
      const double scale = length(row_of(rows, got.top[p].row)) * length(state);
      ASSERT_NEAR(got.top[p].logit, z[row], kLogitTolerance * scale) << s << ", " << p;
      ASSERT_NEAR(got.top[p].logit, sorted[p], kLogitTolerance * scale) << s << ", " << p;
      ASSERT_NEAR(got.top[p].probability, expected.probabilities[row], kProbabilityTolerance) << s << ", " << p;
      seen.push_back(got.top[p].row);
    }
    std::ranges::sort(seen);
    ASSERT_EQ(std::ranges::adjacent_find(seen), seen.end()) << s;
  }
}

TEST_P(UnembeddingOn, RowsAndStatesOfManyShapes) {
  // Panels hold 48 of either, blocks 768 rows.
  for (const int64_t n : {1, 2, 47, 48, 49, 767, 768, 769, 1600}) {
    for (const int64_t m : {0, 1, 47, 48, 49, 97}) {
      if (n > 100 && m > 1 && m < 97) continue;
      const Stored rows = store(with_mean_cosine(n, 23, 0.3, 1), ElementType::f32);
      const Stored states = store(gaussian(m, 23, 2), ElementType::f16);
      for (const int64_t k : {int64_t{1}, std::min<int64_t>(n, 7), n}) {
        SCOPED_TRACE(std::to_string(n) + " rows, " + std::to_string(m) + " states, k = " + std::to_string(k));
        const UnembeddingSettings settings{.k = k};
        expect_predictions(predict(rows, states, settings), rows.exact, states.exact, settings);
      }
    }
  }
}

TEST_P(UnembeddingOn, TemperaturesFromColdToHot) {
  const Stored rows = store(gaussian(300, 11, 3), ElementType::f32);
  const Stored states = store(scaled(gaussian(5, 11, 4), 3.0), ElementType::f32);
  for (const double temperature : {0.05, 0.5, 1.0, 7.0, 1e6}) {
    SCOPED_TRACE(temperature);
    const UnembeddingSettings settings{.k = 20, .temperature = temperature};
    expect_predictions(predict(rows, states, settings), rows.exact, states.exact, settings);
  }
  const auto coldest = predict(rows, states, {.k = 2, .temperature = 1e-300});
  EXPECT_EQ(coldest[0].top[0].probability, 1.0);
  EXPECT_EQ(coldest[0].top[1].probability, 0.0);
  EXPECT_EQ(coldest[0].entropy, 0.0);
}

TEST_P(UnembeddingOn, HugeLogitsDoNotOverflow) {
  const Stored rows = store(gaussian(800, 9, 5), ElementType::f32);
  const Stored states = store(scaled(gaussian(3, 9, 6), 1e6), ElementType::f32);
  for (const StatePredictions& state : predict(rows, states, {.k = 3})) {
    EXPECT_EQ(state.top[0].probability, 1.0);
    EXPECT_GT(state.top[0].logit, 1e6);
    EXPECT_GE(state.entropy, 0.0);
    EXPECT_LT(state.entropy, 1e-6);
  }
  const Stored beyond = store(scaled(gaussian(1, 9, 6), 1e307), ElementType::f64);
  EXPECT_THROW(predict(store(scaled(gaussian(40, 9, 5), 1e10), ElementType::f64), beyond, {.k = 1}), InvalidInput);
}

TEST_P(UnembeddingOn, EqualLogitsComeInTheOrderOfRows) {
  const Stored rows = store(identical(1000, 4, 1), ElementType::f32);
  const Stored states = store(gaussian(2, 4, 2), ElementType::f32);
  for (const StatePredictions& state : predict(rows, states, {.k = 5})) {
    for (size_t p = 0; p < 5; ++p) {
      EXPECT_EQ(state.top[p].row, static_cast<int64_t>(p));
      EXPECT_NEAR(state.top[p].probability, 1e-3, kProbabilityTolerance);
    }
    EXPECT_NEAR(state.entropy, std::log(1000.0), kProbabilityTolerance);
  }
}

TEST_P(UnembeddingOn, NormalizedAreCosinesAndPreprocessingIsOfRows) {
  const Stored rows = store(with_mean_cosine(120, 10, 0.5, 7), ElementType::f32);
  const Stored states = store(scaled(gaussian(4, 10, 8), 40.0), ElementType::f32);
  const UnembeddingSettings cosines{.k = 9, .temperature = 0.1, .normalized = true};
  expect_predictions(predict(rows, states, cosines), oracle::unit_rows(rows.exact), oracle::unit_rows(states.exact),
                     cosines);
  const UnembeddingSettings plain{.k = 9, .temperature = 40.0};
  expect_predictions(predict(rows, states, plain, {.center = true}), oracle::center(rows.exact), states.exact, plain);
}

TEST_P(UnembeddingOn, SameBitsForAnyThreadsAndCompany) {
  const Stored rows = store(gaussian(1700, 37, 9), ElementType::f32);
  const Stored states = store(gaussian(1100, 37, 10), ElementType::f32);  // two blocks of states
  const UnembeddingSettings settings{.k = 12, .temperature = 0.7};
  const auto first = predict(rows, states, settings);
  EXPECT_EQ(std::ssize(first), 1100);
  for (const int threads : {1, 3, 8}) {
    backend_ = GetParam().make(threads);
    EXPECT_TRUE(same(predict(rows, states, settings), first)) << threads;
  }
  Space space(*backend_, rows.matrix.view);
  const auto alone = unembed(space, states.matrix.view, 1050, 1051, settings, {});
  EXPECT_TRUE(same(alone, {first[1050]}));
}

TEST_P(UnembeddingOn, Refuses) {
  const Stored rows = store(gaussian(20, 5, 1), ElementType::f32);
  const Stored states = store(gaussian(3, 5, 2), ElementType::f32);
  EXPECT_THROW(predict(rows, states, {.k = 0}), InvalidUsage);
  EXPECT_THROW(predict(rows, states, {.k = 21}), InvalidUsage);
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(predict(rows, states, {.temperature = bad}), InvalidUsage) << bad;
  }
  EXPECT_THROW(predict(rows, store(gaussian(3, 6, 2), ElementType::f32), {}), InvalidInput);
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    oracle::Table broken = states.exact;
    broken.at(2, 4) = bad;
    try {
      predict(rows, store(broken, ElementType::f32), {});
      FAIL() << "not refused";
    } catch (const InvalidInput& error) {
      EXPECT_STREQ(error.what(), "hidden state 2 holds NaN or infinity in column 4");
    }
  }
  oracle::Table zero = states.exact;
  for (int64_t c = 0; c < 5; ++c) zero.at(1, c) = 0.0;
  EXPECT_THROW(predict(rows, store(zero, ElementType::f32), {.normalized = true}), InvalidInput);
  const auto flat = predict(rows, store(zero, ElementType::f32), {});
  EXPECT_NEAR(flat[1].entropy, std::log(20.0), kProbabilityTolerance);
  bool stopped = false;
  Space space(*backend_, rows.matrix.view);
  try {
    unembed(space, states.matrix.view, 0, 3, {}, {.report = {}, .cancelled = [] { return true; }});
  } catch (const Interrupted&) {
    stopped = true;
  }
  EXPECT_TRUE(stopped);
}

INSTANTIATE_TEST_SUITE_P(Backends, UnembeddingOn, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace gramian::testing
