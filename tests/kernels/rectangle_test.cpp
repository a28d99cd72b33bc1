// Sweeps over every row of one set with every row of another: every reduction against plain loops over the sweep's own
// dense cosines, those against the oracle, and the same bytes whatever the tiles, threads and parts.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "engine/analyses/plan.hpp"
#include "engine/error.hpp"
#include "engine/space.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"
#include "tests/support/sweeping.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

constexpr Precision kPrecisions[] = {Precision::single, Precision::double_, Precision::half};

/// Two sets of rows on one backend, the second prepared for the first.
struct TwoSets {
  TwoSets(Backend& on, const oracle::Table& first, const oracle::Table& second, Precision precision)
      : backend(on),
        stored_a(store(first, ElementType::f32)),
        stored_b(store(second, ElementType::f32)),
        a(on, stored_a.matrix, precision),
        b(on, stored_b.matrix, precision, a.rows.get()) {}

  SweepShape shape() const { return {a.rows->rows(), b.rows->rows(), false, a.rows->cosine_type()}; }
  TileGrid grid(int64_t edge) const { return TileGrid::rectangle(a.rows->rows(), b.rows->rows(), edge); }
  SweepState sweep(const SweepRequest& request, const TileGrid& tiles) const {
    return backend.sweep(*a.rows, *b.rows, request, tiles, {0, tiles.size()}, {});
  }

  Backend& backend;
  Stored stored_a, stored_b;
  Prepared a, b;
};

class Rectangle : public ::testing::TestWithParam<std::tuple<BackendCase, Precision>> {};

TEST_P(Rectangle, EveryReductionOfEverySize) {
  const auto& [device, precision] = GetParam();
  const auto backend = device.make(2);
  const int64_t edge = device.edges[0];
  const std::vector<int64_t> sizes = device.slow ? std::vector<int64_t>{0, 1, edge - 1, edge + 1}
                                                 : std::vector<int64_t>{0, 1, edge - 1, edge, edge + 1, 2 * edge + 5};
  for (const int64_t rows : sizes) {
    for (const int64_t columns : sizes) {
      SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(columns));
      // An outlier dimension on one side only; exact ties and values on edges.
      for (const bool exact : {true, false}) {
        const oracle::Table first = exact ? lattice(rows, 3) : outlier_dimensions(rows, 20, 5);
        const oracle::Table second = exact ? lattice(columns, 4) : with_mean_cosine(columns, 20, 0.3, 6);
        const TwoSets sets(*backend, first, second, precision);
        const SweepRequest request = everything(sets.shape());
        const std::vector<double> expected = oracle::cosines_between(sets.stored_a.exact, sets.stored_b.exact);
        for (const int64_t tile_edge : {edge, backend->grid(*sets.a.rows, *sets.b.rows).edge()}) {
          const SweepState state = sets.sweep(request, sets.grid(tile_edge));
          expect_consistent(state, request, sets.shape());
          const std::vector<double> swept = cosines_in(state, sets.shape());
          ASSERT_EQ(swept.size(), expected.size());
          for (size_t k = 0; k < swept.size(); ++k) ASSERT_NEAR(swept[k], expected[k], promise(precision));
          if (exact) {
            EXPECT_TRUE(swept == expected);
          }
        }
      }
    }
  }
}

TEST_P(Rectangle, SameForAllTilesThreadsAndParts) {
  const auto& [device, precision] = GetParam();
  Random random(31);
  std::string first;
  for (const int threads : {1, 3}) {
    const auto backend = device.make(threads);
    const TwoSets sets(*backend, lattice(131, 3), lattice(202, 8), precision);
    const SweepRequest request = everything(sets.shape());
    for (const int64_t edge : device.edges) {
      if (threads > 1 && edge > device.edges[0]) break;
      SweepState state = sets.sweep(request, sets.grid(edge));
      canonicalize(state);
      if (first.empty()) first = bytes_of(state);
      EXPECT_TRUE(bytes_of(state) == first) << threads << " threads, tiles of " << edge;
    }
    for (const int64_t parts : {2, 5}) {
      SweepState merged =
          swept_in_parts(*sets.a.rows, *sets.b.rows, *backend, request, sets.grid(device.edges[0]), parts, random);
      canonicalize(merged);
      EXPECT_TRUE(bytes_of(merged) == first) << parts << " parts";
    }
  }
}

TEST_P(Rectangle, OfRowsWithThemselvesIsTheTriangleTwiceAndItsDiagonal) {
  const auto& [device, precision] = GetParam();
  const auto backend = device.make(2);
  const int64_t n = 2 * device.edges[0] + 3;
  const Stored stored = store(with_mean_cosine(n, 40, 0.3, 5), ElementType::f32);
  const Prepared prepared(*backend, stored.matrix, precision);
  const Prepared again(*backend, stored.matrix, precision, prepared.rows.get());
  const double threshold = 0.3;
  const SweepRequest request = {Dense{}, Degrees{threshold}, Histogram{-1.0, 1.0, 64}};
  const SweepState triangle = prepared.sweep(request, device.edges[0]);
  const auto at = [&](const SweepState& state, int64_t i, int64_t j) {
    return state.of<Dense>(0).cosines[static_cast<size_t>(i * n + j)];
  };
  for (const UnitRows* other : {prepared.rows.get(), again.rows.get()}) {
    const TileGrid grid = TileGrid::rectangle(n, n, device.edges[0]);
    const SweepState square = backend->sweep(*prepared.rows, *other, request, grid, {0, grid.size()}, {});
    EXPECT_EQ(square.pairs, 2 * triangle.pairs + static_cast<uint64_t>(n));
    uint64_t diagonal = 0;
    for (int64_t i = 0; i < n; ++i) {
      EXPECT_NEAR(at(square, i, i), 1.0, promise(precision));
      const bool reaches = at(square, i, i) >= threshold;
      diagonal += reaches ? 1 : 0;
      EXPECT_EQ(square.of<Degrees>(1).counts[static_cast<size_t>(i)],
                triangle.of<Degrees>(1).counts[static_cast<size_t>(i)] + (reaches ? 1 : 0));
      for (int64_t j = i + 1; j < n; ++j) {
        ASSERT_EQ(at(square, i, j), at(triangle, i, j)) << i << ", " << j;
        ASSERT_EQ(at(square, j, i), at(triangle, i, j)) << j << ", " << i;
      }
    }
    EXPECT_EQ(diagonal, static_cast<uint64_t>(n));
    // All of the diagonal is 1 within the promise, in the last bin.
    for (size_t bin = 0; bin < 64; ++bin) {
      EXPECT_EQ(square.of<Histogram>(2).counts[bin],
                2 * triangle.of<Histogram>(2).counts[bin] + (bin == 63 ? static_cast<uint64_t>(n) : 0));
    }
  }
}

TEST_P(Rectangle, RefusesWhatDoesNotFit) {
  const auto& [device, precision] = GetParam();
  const auto backend = device.make(1);
  const int64_t edge = device.edges[0];
  const TwoSets sets(*backend, gaussian(50, 6, 1), gaussian(60, 6, 2), precision);
  const TileGrid grid = sets.grid(edge);
  const auto sweep = [&](const TileGrid& tiles, TileRange range) {
    return backend->sweep(*sets.a.rows, *sets.b.rows, {Extremes{}}, tiles, range, {});
  };
  EXPECT_NO_THROW(sweep(grid, {0, grid.size()}));
  EXPECT_THROW(sweep(grid, {0, grid.size() + 1}), InvalidUsage);
  EXPECT_THROW(sweep(TileGrid::rectangle(60, 50, edge), {0, 1}), InvalidUsage);
  EXPECT_THROW(sweep(TileGrid::rectangle(50, 60, edge + 1), {0, 1}), InvalidUsage);
  EXPECT_THROW(sweep(TileGrid::triangle(50, edge), {0, 1}), InvalidUsage);
  EXPECT_THROW(backend->sweep(*sets.a.rows, {Extremes{}}, TileGrid::rectangle(50, 50, edge), {0, 1}, {}), InvalidUsage);
  const Stored wide = store(gaussian(60, 7, 2), ElementType::f32);
  EXPECT_THROW(Prepared(*backend, wide.matrix, precision, sets.a.rows.get()), InvalidUsage);
  const Prepared alone(*backend, wide.matrix, precision);
  EXPECT_THROW(backend->sweep(*sets.a.rows, *alone.rows, {Extremes{}}), InvalidUsage);
}

TEST_P(Rectangle, TwoSpacesAnswerSeveralQuestionsInOneSweep) {
  const auto& [device, precision] = GetParam();
  const auto backend = device.make(2);
  const Stored first = store(with_mean_cosine(70, 12, 0.3, 5), ElementType::f32);
  const Stored second = store(outlier_dimensions(111, 12, 6), ElementType::f64);
  Space a(*backend, first.matrix.view);
  Space b(*backend, second.matrix.view);
  Asked all(Dense{});
  Asked nearest(Nearest{.k = 3});
  Asked nearest_columns(Nearest{.k = 2, .of = Axis::columns});
  SweepAnalysis* const analyses[] = {&all, &nearest, &nearest_columns};
  const SweepReport report = run_sweeps(a, b, precision, analyses, 1, {});
  EXPECT_EQ(report.sweeps, 1);
  EXPECT_EQ(report.accuracy.pairs, 70 * 111);
  EXPECT_LE(report.accuracy.max_abs_error, promise(precision));
  const std::vector<double> expected = oracle::cosines_between(first.exact, second.exact);
  ASSERT_EQ(all.found().cosines.size(), expected.size());
  for (size_t k = 0; k < expected.size(); ++k) ASSERT_NEAR(all.found().cosines[k], expected[k], promise(precision));
  const auto best = std::ranges::max_element(expected.begin(), expected.begin() + 111);
  EXPECT_NEAR(nearest.found().of(0)[0].cosine, *best, promise(precision));
  EXPECT_EQ(nearest_columns.found().held.size(), 111u);

  const Stored wide = store(gaussian(5, 13, 1), ElementType::f32);
  Space c(*backend, wide.matrix.view);
  EXPECT_THROW(run_sweeps(a, c, precision, analyses, 1, {}), InvalidUsage);
}

INSTANTIATE_TEST_SUITE_P(Sweeps, Rectangle,
                         ::testing::Combine(::testing::ValuesIn(backends()), ::testing::ValuesIn(kPrecisions)),
                         [](const auto& test) {
                           return std::get<0>(test.param).name + "_" + name_of(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace gramian::testing
