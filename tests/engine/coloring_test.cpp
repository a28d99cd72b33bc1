// Values along a text, and cosines to sums of rows, against the sums themselves in long double.

#include "engine/analyses/text/coloring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

using Rows = std::vector<int64_t>;

/// cos(x, row i) for all rows.
std::vector<double> cosines_with(const oracle::Table& rows, const std::vector<double>& x) {
  oracle::Table both(rows.rows + 1, rows.cols);
  std::copy(rows.values.begin(), rows.values.end(), both.values.begin());
  std::copy(x.begin(), x.end(), both.values.end() - rows.cols);
  const oracle::Table unit = oracle::unit_rows(both);
  std::vector<double> all = oracle::products(unit, {unit.values.end() - rows.cols, unit.values.end()});
  all.pop_back();
  return all;
}

std::vector<double> sum_of(const oracle::Table& rows, const std::vector<UnitRowSum::Term>& terms) {
  std::vector<double> sum(static_cast<size_t>(rows.cols), 0.0);
  for (const UnitRowSum::Term& term : terms) {
    for (int64_t c = 0; c < rows.cols; ++c) sum[static_cast<size_t>(c)] += term.weight * rows.at(term.row, c);
  }
  return sum;
}

void expect_same(const std::vector<double>& got, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t k = 0; k < got.size(); ++k) {
    ASSERT_EQ(std::isnan(got[k]), std::isnan(expected[k])) << k;
    if (!std::isnan(got[k])) {
      ASSERT_NEAR(got[k], expected[k], tolerance) << k;
    }
  }
}

class ColoringOn : public ::testing::TestWithParam<BackendCase> {
 protected:
  Space space(const Stored& stored, const Preprocessing& preprocessing = {}) {
    return {*backend_, stored.matrix.view, {.preprocessing = preprocessing}};
  }
  std::unique_ptr<Backend> backend_ = GetParam().make(2);
};

/// A text over n rows, one token in ten out of vocabulary.
Rows text_over(int64_t n, int64_t tokens, uint64_t seed) {
  std::mt19937_64 random(seed);
  Rows rows;
  for (int64_t t = 0; t < tokens; ++t) {
    const bool unknown = random() % 10 == 0;
    const bool repeated = !rows.empty() && random() % 8 == 0;
    rows.push_back(unknown    ? kNoRow
                   : repeated ? rows.back()
                              : static_cast<int64_t>(random() % static_cast<uint64_t>(n)));
  }
  return rows;
}

TEST_P(ColoringOn, EveryValueAlongAText) {
  const double none = std::nan("");
  for (const int64_t n : {1, 2, 49, 200}) {
    const Stored stored = store(scaled(with_mean_cosine(n, 19, 0.3, 1), 3.0), ElementType::f16);
    Space made = space(stored);
    const oracle::Table unit = oracle::unit_rows(stored.exact);
    for (const int64_t tokens : {0, 1, 2, 700}) {
      SCOPED_TRACE(std::to_string(n) + " rows, " + std::to_string(tokens) + " tokens");
      const Rows rows = text_over(n, tokens, 7);
      const std::vector<double> to_first =
          cosines_with(stored.exact, {stored.exact.values.begin(), stored.exact.values.begin() + 19});
      std::vector<double> norms;
      std::vector<double> previous;
      std::vector<double> target;
      for (size_t t = 0; t < rows.size(); ++t) {
        const int64_t row = rows[t];
        const auto begin = stored.exact.values.begin() + std::max<int64_t>(row, 0) * 19;
        const std::vector<double> x(begin, begin + 19);
        const bool known = row != kNoRow;
        norms.push_back(known ? std::sqrt(oracle::products(stored.exact, x)[static_cast<size_t>(row)]) : none);
        target.push_back(known ? to_first[static_cast<size_t>(row)] : none);
        const bool after = t > 0 && known && rows[t - 1] != kNoRow;
        previous.push_back(after ? cosines_with(stored.exact, x)[static_cast<size_t>(rows[t - 1])] : none);
      }
      expect_same(norms_along(made, rows), norms, kSumTolerance * 100.0);
      expect_same(cosines_to_previous(made, rows), previous, kSumTolerance);
      expect_same(cosines_to_target(made, rows, {{{0, 1.0}}}), target, kSumTolerance);
    }
  }
}

TEST_P(ColoringOn, TheTargetAndARepeatedTokenAreExactlyOne) {
  for (const ElementType type : {ElementType::f32, ElementType::f64, ElementType::bf16}) {
    const Stored stored = store(gaussian(90, 13, 3), type);
    Space made = space(stored);
    for (int64_t row = 0; row < 90; ++row) {
      const std::vector<double> target = cosines_to_target(made, Rows{row, kNoRow, row}, mean_of_rows(made, Rows{row}));
      EXPECT_EQ(target[0], 1.0);
      EXPECT_EQ(target[2], 1.0);
      EXPECT_EQ(scaled_to(target, range_of(cosines_to_target(made, Rows{0, 1, row}, {{{row, 2.5}}})))[0], 1.0);
      EXPECT_EQ(cosines_to_previous(made, Rows{row, row})[1], 1.0);
    }
  }
}

TEST_P(ColoringOn, ATargetOfSeveralTokensIsTheMeanOfTheirRows) {
  const Stored stored = store(scaled(gaussian(60, 17, 4), 2.0), ElementType::f32);
  Space made = space(stored);
  Rows all;
  for (int64_t i = 0; i < 60; ++i) all.push_back(i);
  for (const Rows& pieces : {Rows{3, 5}, Rows{7, 7, 1}, Rows{0, 10, 20, 30}}) {
    std::vector<UnitRowSum::Term> terms;
    for (const int64_t row : pieces) terms.push_back({row, 1.0});
    expect_same(cosines_to_target(made, all, mean_of_rows(made, pieces)),
                cosines_with(stored.exact, sum_of(stored.exact, terms)), kSumTolerance);
  }
}

TEST_P(ColoringOn, NeighborsOfASum) {
  const Stored stored = store(with_mean_cosine(150, 24, 0.2, 5), ElementType::f32);
  Space made = space(stored);
  const oracle::Table unit = oracle::unit_rows(stored.exact);
  const std::vector<UnitRowSum::Term> terms = {{4, 1.0}, {9, -1.0}, {100, 1.0}, {4, 0.5}};
  const UnitRowSum sum = merged(terms);
  EXPECT_EQ(std::ssize(sum.terms), 3);
  const std::vector<double> expected = cosines_with(stored.exact, sum_of(unit, terms));
  std::vector<Neighbor> order;
  for (int64_t i = 0; i < 150; ++i) order.push_back({i, expected[static_cast<size_t>(i)]});
  std::ranges::sort(order, std::less<>());
  for (const bool include : {false, true}) {
    std::vector<Neighbor> wanted = order;
    if (!include) {
      std::erase_if(wanted, [](const Neighbor& n) { return n.row == 4 || n.row == 9 || n.row == 100; });
    }
    for (const int64_t k : {int64_t{1}, int64_t{12}, std::ssize(wanted)}) {
      const std::vector<Neighbor> found = neighbors_of(made, sum, k, std::nullopt, include);
      ASSERT_EQ(std::ssize(found), k);
      for (size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].row, wanted[i].row);
        EXPECT_NEAR(found[i].cosine, wanted[i].cosine, kSumTolerance);
      }
    }
    EXPECT_THROW(neighbors_of(made, sum, std::ssize(wanted) + 1, std::nullopt, include), InvalidUsage);
    EXPECT_THROW(neighbors_of(made, sum, 0, std::nullopt, include), InvalidUsage);
    const auto near = neighbors_of(made, sum, std::nullopt, 0.2, include);
    EXPECT_EQ(std::ssize(near), std::ranges::count_if(wanted, [](const Neighbor& n) { return n.cosine >= 0.2; }));
    EXPECT_EQ(std::ssize(neighbors_of(made, sum, 2, 0.2, include)), 2);
  }
}

TEST_P(ColoringOn, TermsThatCancelHaveNoDirection) {
  const Stored stored = store(identical(5, 4, 1), ElementType::f32);
  Space made = space(stored);
  EXPECT_THROW(cosines_to(made, merged({{1, 1.0}, {1, -1.0}}), Rows{0}), InvalidInput);
  EXPECT_THROW(cosines_to(made, merged({{0, 1.0}, {1, -1.0}}), Rows{2}), InvalidInput);
  EXPECT_THROW(cosines_to(made, merged({{0, 0.0}}), Rows{2}), InvalidInput);
  EXPECT_EQ(cosines_to(made, merged({{2, -3.0}}), Rows{2}), std::vector<double>{-1.0});
}

TEST_P(ColoringOn, PreprocessingIsOfAllRows) {
  const Stored stored = store(with_mean_cosine(80, 10, 0.6, 6), ElementType::f32);
  Space made = space(stored, {.center = true});
  const oracle::Table centered = oracle::center(stored.exact);
  Rows all;
  for (int64_t i = 0; i < 80; ++i) all.push_back(i);
  expect_same(cosines_to_target(made, all, {{{11, 1.0}}}),
              cosines_with(centered, {centered.values.begin() + 110, centered.values.begin() + 120}),
              kCenteredTolerance);
}

INSTANTIATE_TEST_SUITE_P(Backends, ColoringOn, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

TEST(Scale, MinMaxOverWhatIsThere) {
  const double none = std::nan("");
  const std::vector<double> values = {none, 2.0, -1.0, 5.0, none};
  const ValueRange range = range_of(values);
  EXPECT_EQ(range.lo, -1.0);
  EXPECT_EQ(range.hi, 5.0);
  expect_same(scaled_to(values, range), {none, 0.5, 0.0, 1.0, none}, 0.0);
  // Pinned: what lies outside is at the ends.
  expect_same(scaled_to(values, {0.0, 4.0}), {none, 0.5, 0.0, 1.0, none}, 0.0);
  expect_same(scaled_to(std::vector<double>{3.0, 3.0}, range_of(std::vector<double>{3.0, 3.0})), {0.0, 0.0}, 0.0);
  const std::vector<double> nothing = {none, none};
  EXPECT_TRUE(std::isnan(range_of(nothing).lo));
  EXPECT_TRUE(std::isnan(range_of({}).hi));
  expect_same(scaled_to(nothing, range_of(nothing)), nothing, 0.0);
}

}  // namespace
}  // namespace gramian::testing
