// Rows checked, chosen and preprocessed.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "engine/space.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/cosines.hpp"
#include "tests/support/data.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

class SpaceOn : public ::testing::TestWithParam<BackendCase> {
 protected:
  Space space(const Stored& stored, std::vector<int64_t> rows = {}, const Preprocessing& preprocessing = {},
              bool drop = false) {
    return {*backend_, stored.matrix.view, {std::move(rows), preprocessing, drop}};
  }
  std::vector<double> cosines(const oracle::Table& table, const Preprocessing& preprocessing) {
    const Stored stored = store(table, ElementType::f64);
    Space made = space(stored, {}, preprocessing);
    return swept_cosines(made, Precision::double_);
  }
  std::unique_ptr<Backend> backend_ = GetParam().make(2);
};

void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t k = 0; k < found.size(); ++k) ASSERT_NEAR(found[k], expected[k], tolerance) << k;
}

using Rows = std::vector<int64_t>;

oracle::Table with_bad_rows() {
  oracle::Table table = gaussian(12, 5, 3);
  for (const int64_t i : {2, 9}) {
    for (int64_t k = 0; k < 5; ++k) table.at(i, k) = 0.0;
  }
  table.at(9, 3) = -0.0;
  table.at(0, 4) = std::nan("");
  table.at(5, 0) = std::numeric_limits<double>::infinity();
  table.at(7, 1) = -std::numeric_limits<double>::infinity();
  table.at(7, 2) = std::numeric_limits<double>::infinity();
  return table;
}

TEST_P(SpaceOn, ListsBadRows) {
  const Stored stored = store(with_bad_rows(), ElementType::f32);
  try {
    space(stored);
    FAIL() << "no error";
  } catch (const BadRowsError& error) {
    EXPECT_EQ(error.rows().zero, (Rows{2, 9}));
    EXPECT_EQ(error.rows().nonfinite, (Rows{0, 5, 7}));
    EXPECT_EQ(error.rows().count(), 5);
    EXPECT_NE(std::string(error.what()).find("2, 9"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("0, 5, 7"), std::string::npos) << error.what();
  }
  // Numbers are those of the matrix, ascending, whatever the selection's order; rows left out do not matter.
  try {
    space(stored, {11, 9, 1, 5, 2});
    FAIL() << "no error";
  } catch (const BadRowsError& error) {
    EXPECT_EQ(error.rows().zero, (Rows{2, 9}));
    EXPECT_EQ(error.rows().nonfinite, (Rows{5}));
  }
  EXPECT_EQ(space(stored, {1, 3, 4}).dropped().count(), 0);
  const RowCheck check = check_rows(*backend_, stored.matrix.view, Rows{1, 9, 5});
  EXPECT_EQ(check.bad.zero, Rows{9});
  EXPECT_EQ(check.bad.nonfinite, Rows{5});
  ASSERT_EQ(check.norms.size(), 3u);
  EXPECT_GT(check.norms[0], 0.0);
  EXPECT_EQ(check.norms[1], 0.0);
  EXPECT_FALSE(std::isfinite(check.norms[2]));
}

TEST_P(SpaceOn, DropsBadRows) {
  const Stored stored = store(with_bad_rows(), ElementType::f32);
  Space made = space(stored, {11, 9, 10, 1, 5, 2, 8}, {}, true);
  EXPECT_EQ(made.matrix_rows(), (Rows{11, 10, 1, 8}));
  EXPECT_EQ(made.size(), 4);
  EXPECT_EQ(made.matrix_row(2), 1);
  EXPECT_EQ(made.dropped().zero, (Rows{2, 9}));
  EXPECT_EQ(made.dropped().nonfinite, (Rows{5}));
  const oracle::Table kept = selected(stored.exact, {11, 10, 1, 8});
  expect_near(swept_cosines(made, Precision::double_), oracle::cosines(kept), promise(Precision::double_));
  EXPECT_THROW(space(stored, {9, 5}, {}, true), InvalidInput);
  // Statistics are those of the rows that are left.
  Space centered = space(stored, {}, {.center = true}, true);
  expect_near(swept_cosines(centered, Precision::double_),
              oracle::cosines(oracle::center(selected(stored.exact, {1, 3, 4, 6, 8, 10, 11}))), kCenteredTolerance);
}

TEST_P(SpaceOn, KeepsTheOrderOfRows) {
  const Stored stored = store(gaussian(30, 6, 4), ElementType::f32);
  const Rows order = {29, 0, 7, 7, 13, 1};
  Space made = space(stored, order);
  EXPECT_EQ(made.matrix_rows(), order);
  expect_near(swept_cosines(made, Precision::double_), oracle::cosines(selected(stored.exact, order)),
              promise(Precision::double_));
  EXPECT_THROW(space(stored, {0, 30}), InvalidUsage);
  EXPECT_THROW(space(stored, {-1}), InvalidUsage);
  const Stored none = store(gaussian(0, 6, 4), ElementType::f32);
  EXPECT_THROW(space(none), InvalidInput);
}

TEST_P(SpaceOn, CentersAndRemovesTopDirections) {
  for (const auto& [n, d] : std::vector<std::pair<int64_t, int64_t>>{{40, 6}, {200, 30}, {20, 50}}) {
    const oracle::Table table = with_mean_cosine(n, d, 0.6, 7);
    expect_near(cosines(table, {.center = true}), oracle::cosines(oracle::center(table)), kCenteredTolerance);
    for (const int64_t top : {1, 2, 5}) {
      SCOPED_TRACE(top);
      const std::vector<double> expected = oracle::cosines(oracle::remove_top(table, top));
      expect_near(cosines(table, {.remove_top = top}), expected, kCenteredTolerance);
      expect_near(cosines(table, {.center = true, .remove_top = top}), expected, kCenteredTolerance);
    }
  }
}

TEST_P(SpaceOn, RefusesToRemoveTooMuch) {
  const Stored stored = store(gaussian(8, 5, 4), ElementType::f32);
  for (const int64_t top : {-1, 5, 6, 1000}) EXPECT_THROW(space(stored, {}, {.remove_top = top}), InvalidUsage) << top;
  EXPECT_NO_THROW(space(stored, {}, {.remove_top = 4}));
  EXPECT_THROW(space(stored, {0, 1, 2}, {.remove_top = 3}), InvalidUsage);
}

TEST_P(SpaceOn, RowsThatCentringEmptiesAreBad) {
  // Row 3 is the mean of all.
  oracle::Table table = gaussian(7, 4, 8);
  for (int64_t k = 0; k < 4; ++k) {
    double sum = 0.0;
    for (int64_t i = 0; i < 7; ++i) sum += i == 3 ? 0.0 : table.at(i, k);
    table.at(3, k) = sum / 6.0;
  }
  const Stored stored = store(table, ElementType::f64);
  try {
    space(stored, {}, {.center = true});
    FAIL() << "no error";
  } catch (const BadRowsError& error) {
    EXPECT_EQ(error.rows().zero, Rows{3});
  }
  Space made = space(stored, {}, {.center = true}, true);
  EXPECT_EQ(made.matrix_rows(), (Rows{0, 1, 2, 4, 5, 6}));
  EXPECT_EQ(made.dropped().zero, Rows{3});
  expect_near(swept_cosines(made, Precision::double_),
              oracle::cosines(selected(oracle::center(table), {0, 1, 2, 4, 5, 6})), kCenteredTolerance);
  const Stored same = store(identical(6, 4, 1), ElementType::f64);
  EXPECT_THROW(space(same, {}, {.center = true}), BadRowsError);
  EXPECT_THROW(space(same, {}, {.center = true}, true), InvalidInput);
}

TEST_P(SpaceOn, TheUnitOfTheDataDoesNotMatter) {
  const oracle::Table table = with_mean_cosine(25, 6, 0.6, 7);
  for (const double factor : {1e-300, 1e-200, 1e-160, 1e160, 1e200, 1e300}) {
    SCOPED_TRACE(factor);
    const oracle::Table other = scaled(table, factor);
    expect_near(cosines(other, {}), oracle::cosines(table), promise(Precision::double_));
    expect_near(cosines(other, {.center = true}), oracle::cosines(oracle::center(table)), kCenteredTolerance);
    expect_near(cosines(other, {.remove_top = 2}), oracle::cosines(oracle::remove_top(table, 2)), kCenteredTolerance);
  }
}

TEST_P(SpaceOn, HasTheMeanAndTheCentredProductOfItsUnitRows) {
  const Stored stored = store(with_mean_cosine(300, 7, 0.3, 2), ElementType::f32);
  Space made = space(stored);
  const oracle::Table unit = oracle::unit_rows(stored.exact);
  const oracle::Table centered = oracle::center(unit);
  for (int64_t i = 0; i < 7; ++i) {
    EXPECT_NEAR(made.mean_unit_row()[static_cast<size_t>(i)], unit.at(0, i) - centered.at(0, i), 1e-15);
    for (int64_t j = 0; j < 7; ++j) {
      double sum = 0.0;
      for (int64_t r = 0; r < 300; ++r) sum += centered.at(r, i) * centered.at(r, j);
      EXPECT_NEAR(made.centered_gram()(i, j), sum, 1e-12);
    }
  }
}

TEST_P(SpaceOn, MapsRowsAfterAllElse) {
  const oracle::Table table = with_mean_cosine(40, 6, 0.4, 3);
  const oracle::Table map = gaussian(4, 6, 9);
  Preprocessing preprocessing{.center = true};
  preprocessing.map = DenseMatrix(4, 6);
  preprocessing.map.values = map.values;
  const oracle::Table centered = oracle::center(table);
  oracle::Table mapped(40, 4);
  for (int64_t i = 0; i < 40; ++i) {
    for (int64_t r = 0; r < 4; ++r) {
      for (int64_t k = 0; k < 6; ++k) mapped.at(i, r) += map.at(r, k) * centered.at(i, k);
    }
  }
  const Stored stored = store(table, ElementType::f64);
  Space made = space(stored, {}, preprocessing);
  EXPECT_EQ(made.dim(), 4);
  EXPECT_EQ(made.mean_unit_row().size(), 4u);
  EXPECT_EQ(made.centered_gram().rows, 4);
  expect_near(swept_cosines(made, Precision::double_), oracle::cosines(mapped), kCenteredTolerance);

  // A row whose whole length a map takes has no cosine; a map of other dimensions none of them.
  preprocessing = {};
  preprocessing.map = DenseMatrix(1, 6);
  preprocessing.map(0, 0) = 1e-200;
  oracle::Table flat = table;
  flat.at(7, 0) = 0.0;
  const Stored emptied = store(flat, ElementType::f64);
  EXPECT_THROW(space(emptied, {}, preprocessing), BadRowsError);
  EXPECT_EQ(space(emptied, {}, preprocessing, true).dropped().zero, Rows{7});
  preprocessing.map = DenseMatrix(2, 5);
  EXPECT_THROW(space(stored, {}, preprocessing), InvalidUsage);
}

// That directions and their order are numpy's is checked in tests/host/cli/transform_test.py.
TEST_P(SpaceOn, WhitensAlongPrincipalDirections) {
  const Stored stored = store(gaussian(60, 6, 5), ElementType::f64);
  for (const bool whiten : {true, false}) {
    Preprocessing preprocessing;
    preprocessing.whiten = whiten;
    preprocessing.dims = 4;
    preprocessing.remove_top = 1;
    Space made = space(stored, {}, preprocessing);
    EXPECT_EQ(made.dim(), 4);
    const DenseMatrix gram = made.backend().gram(made.device_rows(), made.plain(), made.device_rows(), made.plain());
    for (int64_t i = 0; i < 4; ++i) {
      for (int64_t j = 0; j < i; ++j) EXPECT_NEAR(gram(i, j), 0.0, 1e-11 * gram(0, 0));
      if (whiten) {
        EXPECT_NEAR(gram(i, i), 59.0, 1e-9);
      } else if (i > 0) {
        EXPECT_LT(gram(i, i), gram(i - 1, i - 1));
      }
    }
    preprocessing.dims = 6;  // one of six directions is gone
    EXPECT_THROW(space(stored, {}, preprocessing), InvalidSetting);
  }
  // Six columns that are four: whitening finds out, and asks for no more.
  oracle::Table flat = gaussian(60, 6, 6);
  for (int64_t i = 0; i < 60; ++i) {
    flat.at(i, 4) = flat.at(i, 0) + flat.at(i, 1);
    flat.at(i, 5) = 3.0;
  }
  Preprocessing whitened;
  whitened.whiten = true;
  const Stored rows = store(flat, ElementType::f64);
  EXPECT_EQ(space(rows, {}, whitened).dim(), 4);
  whitened.dims = 5;
  EXPECT_THROW(space(rows, {}, whitened), InvalidSetting);
}

TEST_P(SpaceOn, KeepsRowsOfZerosWhereNoCosineIsTaken) {
  oracle::Table table = gaussian(20, 5, 7);
  for (int64_t c = 0; c < 5; ++c) table.at(3, c) = 0.0;
  const Stored stored = store(table, ElementType::f64);
  EXPECT_THROW(Space(*backend_, stored.matrix.view), BadRowsError);
  Space kept(*backend_, stored.matrix.view, {.zero_rows_stay = true});
  EXPECT_EQ(kept.size(), 20);
  EXPECT_EQ(kept.dropped().count(), 0);
  Space dropped(*backend_, stored.matrix.view, {.drop_bad_rows = true, .zero_rows_stay = true});
  EXPECT_EQ(dropped.size(), 19);
  table.at(4, 0) = std::numeric_limits<double>::quiet_NaN();
  const Stored nonfinite = store(table, ElementType::f64);
  EXPECT_THROW(Space(*backend_, nonfinite.matrix.view, {.zero_rows_stay = true}), BadRowsError);
}

TEST_P(SpaceOn, GivesEachPrecisionItsOwnForm) {
  const Stored stored = store(gaussian(30, 6, 4), ElementType::f32);
  Space made = space(stored);
  EXPECT_EQ(made.unit_rows(Precision::single).cosine_type(), CosineType::f32);
  EXPECT_EQ(made.unit_rows(Precision::double_).cosine_type(), CosineType::f64);
  EXPECT_EQ(made.unit_rows(Precision::half).cosine_type(), CosineType::f32);
}

INSTANTIATE_TEST_SUITE_P(Devices, SpaceOn, ::testing::ValuesIn(devices()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace gramian::testing
