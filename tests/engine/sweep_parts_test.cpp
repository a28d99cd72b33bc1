// The pieces that sweeps are made of: tile grids, ordered keys, normal requests, findings of nothing, sampled pairs.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/analyses/plan.hpp"
#include "engine/cosines/ordered.hpp"
#include "engine/error.hpp"
#include "engine/sweep/sample_pairs.hpp"
#include "engine/sweep/sweep.hpp"
#include "tests/support/random.hpp"

namespace gramian::testing {
namespace {

TEST(TileGrid, NumbersEveryTileOfSmallGridsOnce) {
  for (const int64_t edge : {1, 2, 3, 48}) {
    for (const int64_t n : {0, 1, 2, 3, 47, 48, 49, 96, 97, 101}) {
      const TileGrid grid = TileGrid::triangle(n, edge);
      EXPECT_EQ(grid.row_bands(), (n + edge - 1) / edge);
      int64_t index = 0;
      for (int64_t row = 0; row < n; row += edge) {
        for (int64_t col = row; col < n; col += edge, ++index) {
          const Tile tile = grid.at(index);
          ASSERT_EQ(tile.row_begin, row) << n << " / " << edge << " tile " << index;
          ASSERT_EQ(tile.col_begin, col);
          ASSERT_EQ(tile.row_end, std::min(n, row + edge));
          ASSERT_EQ(tile.col_end, std::min(n, col + edge));
          ASSERT_EQ(tile.diagonal, row == col);
        }
      }
      EXPECT_EQ(grid.size(), index);
    }
  }
}

TEST(TileGrid, InvertsTheNumbersOfHugeGrids) {
  for (const auto& [n, edge] : std::vector<std::pair<int64_t, int64_t>>{
           {2'000'000, 48}, {2'000'000, 1}, {50'257, 288}, {100'000'000, 1}, {2'000'000'000, 1}}) {
    const TileGrid grid = TileGrid::triangle(n, edge);
    const int64_t bands = grid.row_bands();
    // The first and the last tile of a band, and the band before and behind.
    std::vector<int64_t> wanted = {0, 1, 2, bands / 3, bands / 2, bands - 3, bands - 2, bands - 1};
    Random random(5);
    for (int k = 0; k < 200; ++k) wanted.push_back(random.below(bands));
    for (const int64_t band : wanted) {
      const auto first =
          static_cast<int64_t>(static_cast<__int128>(band) * (2 * static_cast<__int128>(bands) - band + 1) / 2);
      for (const int64_t offset : {int64_t{0}, (bands - band) / 2, bands - band - 1}) {
        const Tile tile = grid.at(first + offset);
        ASSERT_EQ(tile.row_begin, band * edge) << n << " / " << edge << " band " << band;
        ASSERT_EQ(tile.col_begin, (band + offset) * edge) << n << " / " << edge << " band " << band;
        ASSERT_LE(tile.col_end, n);
      }
    }
    EXPECT_EQ(grid.at(grid.size() - 1).row_end, n);
  }
}

template <class T>
void expect_ordered(const std::vector<T>& ascending) {
  for (size_t k = 0; k < ascending.size(); ++k) {
    EXPECT_EQ(from_ordered_key(ordered_key(ascending[k])), ascending[k]);
    EXPECT_TRUE(k == 0 || ordered_key(ascending[k - 1]) < ordered_key(ascending[k])) << ascending[k];
  }
}

TEST(OrderedKey, KeepsTheOrderAndComesBack) {
  using F = std::numeric_limits<float>;
  using D = std::numeric_limits<double>;
  expect_ordered<float>({-F::infinity(), -F::max(), -1.0f, -0.5f, -F::min(), -F::denorm_min(), 0.0f, F::denorm_min(),
                         F::min(), 0.5f, 1.0f, F::max(), F::infinity()});
  expect_ordered<double>({-D::infinity(), -D::max(), -1.0, -0.5, -D::min(), -D::denorm_min(), 0.0, D::denorm_min(),
                          D::min(), 0.5, 1.0, D::max(), D::infinity()});
  Random random(3);
  for (int k = 0; k < 10000; ++k) {
    const auto x = static_cast<float>(random.gaussian());
    EXPECT_EQ(from_ordered_key(ordered_key(x)), x);
    EXPECT_EQ(ordered_key(std::nextafter(x, 10.0f)), ordered_key(x) + 1) << x;
    const double y = random.gaussian();
    EXPECT_EQ(from_ordered_key(ordered_key(y)), y);
    EXPECT_EQ(ordered_key(std::nextafter(y, 10.0)), ordered_key(y) + 1) << y;
    const double z = random.gaussian();
    EXPECT_EQ(ordered_key(y) < ordered_key(z), y < z);
  }
}

TEST(FineBracket, HoldsWholeBins) {
  for (const CosineType type : {CosineType::f32, CosineType::f64}) {
    for (const int64_t bin : {int64_t{0}, int64_t{1}, kFineBins / 2 - 1, kFineBins / 2, kFineBins - 2}) {
      const Bracket here = fine_bracket(bin, bin, type);
      const Bracket next = fine_bracket(bin + 1, bin + 1, type);
      EXPECT_EQ(here.lo, static_cast<double>(bin) / 8192.0 - 1.0);
      // Nothing lies between two neighbours.
      if (type == CosineType::f64) {
        EXPECT_EQ(std::nextafter(here.hi, 2.0), next.lo);
      } else {
        EXPECT_EQ(std::nextafter(static_cast<float>(here.hi), 2.0f), static_cast<float>(next.lo));
        EXPECT_EQ(static_cast<double>(static_cast<float>(here.hi)), here.hi);
      }
    }
    EXPECT_EQ(fine_bracket(0, kFineBins - 1, type).lo, -1.0);
    EXPECT_EQ(fine_bracket(0, kFineBins - 1, type).hi, 1.0);
  }
}

TEST(TileGrid, CutsRectanglesBandByBand) {
  for (const int64_t edge : {1, 2, 3, 48}) {
    for (const int64_t rows : {0, 1, 2, 47, 48, 49, 101}) {
      for (const int64_t columns : {0, 1, 3, 47, 48, 49, 96}) {
        const TileGrid grid = TileGrid::rectangle(rows, columns, edge);
        int64_t index = 0;
        for (int64_t row = 0; row < rows; row += edge) {
          for (int64_t col = 0; col < columns; col += edge, ++index) {
            const Tile tile = grid.at(index);
            ASSERT_EQ(tile.row_begin, row) << rows << " x " << columns << " / " << edge << " tile " << index;
            ASSERT_EQ(tile.col_begin, col);
            ASSERT_EQ(tile.row_end, std::min(rows, row + edge));
            ASSERT_EQ(tile.col_end, std::min(columns, col + edge));
            ASSERT_FALSE(tile.diagonal);
          }
        }
        EXPECT_EQ(grid.size(), index);
      }
    }
  }
}

const Bracket kKept{0.1, 0.2, Bracket::Keep::values, 0};
const Bracket kCounted{0.1, 0.2, Bracket::Keep::counts, 60};

/// Some reductions twice, among others.
SweepRequest mixed_request() {
  return {
      Extremes{},
      Histogram{-1.0, 1.0, 10},
      Histogram{0.0, 1.0, 5},
      kKept,
      Probes{{{0, 1}, {2, 5}}},
      Nearest{2},
      Histogram{0.0, 1.0, 5},
      Histogram{0.0, 1.0, 6},
      kCounted,
      kKept,
      Dense{},
      Probes{{{0, 3}, {2, 5}}},
      Nearest{3},
      Extremes{},
  };
}

TEST(NormalRequest, GathersOnceAndGivesEachItsOwn) {
  const SweepRequest original = mixed_request();
  const NormalRequest normal(original);
  const SweepRequest& united = normal.request;
  const auto count = [&]<class Kind>(const Kind*) {
    return std::ranges::count_if(united, [](const Reduction& one) { return std::holds_alternative<Kind>(one); });
  };
  EXPECT_EQ(count(static_cast<const Extremes*>(nullptr)), 1);
  EXPECT_EQ(count(static_cast<const Histogram*>(nullptr)), 3);
  EXPECT_EQ(count(static_cast<const Bracket*>(nullptr)), 2);
  EXPECT_EQ(count(static_cast<const Probes*>(nullptr)), 1);
  EXPECT_EQ(count(static_cast<const Nearest*>(nullptr)), 1);
  EXPECT_EQ(count(static_cast<const Dense*>(nullptr)), 1);

  SweepState state = nothing(united, {6, 6, true, CosineType::f64});
  state.pairs = 77;
  for (size_t place = 0; place < united.size(); ++place) {
    if (std::holds_alternative<Extremes>(united[place])) state.of<Extremes>(place) = {0.0, 0.5, {0, 1}, {2, 3}};
    if (auto* const probes = std::get_if<Probes>(&united[place])) {
      EXPECT_EQ(probes->pairs, (std::vector<Pair>{{0, 1}, {0, 3}, {2, 5}}));
      state.of<Probes>(place).cosines = {0.1, 0.3, 0.25};
    }
    if (auto* const nearest = std::get_if<Nearest>(&united[place])) {
      EXPECT_EQ(nearest->k, 3);
      state.of<Nearest>(place).held.assign(6, 3);
      for (int64_t k = 0; k < 18; ++k) state.of<Nearest>(place).entries[static_cast<size_t>(k)] = {k % 3, -1.0};
    }
    if (united[place] == Reduction(kKept)) state.of<Bracket>(place).inside = 2;
    if (united[place] == Reduction(kCounted)) state.of<Bracket>(place).inside = 1;
  }
  const SweepState answer = normal.answer(std::move(state), original);
  ASSERT_EQ(answer.found.size(), original.size());
  EXPECT_EQ(answer.pairs, 77u);
  EXPECT_EQ(answer.of<Extremes>(0), (Extremes::Found{0.0, 0.5, {0, 1}, {2, 3}}));
  EXPECT_EQ(answer.of<Extremes>(13), answer.of<Extremes>(0));
  EXPECT_EQ(answer.of<Histogram>(1).counts.size(), 10u);
  EXPECT_EQ(answer.of<Histogram>(2).counts.size(), 5u);
  EXPECT_EQ(answer.of<Histogram>(6).counts.size(), 5u);
  EXPECT_EQ(answer.of<Histogram>(7).counts.size(), 6u);
  EXPECT_EQ(answer.of<Bracket>(3).inside, 2u);
  EXPECT_EQ(answer.of<Bracket>(8).inside, 1u);
  EXPECT_EQ(answer.of<Bracket>(9).inside, 2u);
  EXPECT_EQ(answer.of<Probes>(4).cosines, (std::vector<double>{0.1, 0.25}));
  EXPECT_EQ(answer.of<Probes>(11).cosines, (std::vector<double>{0.3, 0.25}));
  EXPECT_EQ(answer.of<Nearest>(5).of(4).size(), 2u);
  EXPECT_EQ(answer.of<Nearest>(12).of(4).size(), 3u);
  EXPECT_EQ(answer.of<Dense>(10).cosines.size(), 36u);
}

TEST(NormalRequest, HasRoomForOneSetOfRankBins) {
  EXPECT_TRUE(NormalRequest(SweepRequest{}).request.empty());
  const auto bins = [](uint8_t parts) {
    return std::make_shared<const RankBins>(std::vector<uint8_t>(static_cast<size_t>(kFineBins), parts));
  };
  const auto one = bins(0);
  EXPECT_EQ(NormalRequest({RankCounts{one}, RankCounts{one}}).request.size(), 1u);
  EXPECT_THROW(NormalRequest({RankCounts{one}, RankCounts{bins(1)}}), InvalidUsage);
}

TEST(Reductions, FindNothingWhereThereIsNoTile) {
  const SweepShape rectangle{3, 5, false, CosineType::f64};
  EXPECT_EQ(Nearest{.k = 9}.nothing(rectangle).k, 5);
  EXPECT_EQ((Nearest{9, Axis::columns}.nothing(rectangle).k), 3);
  EXPECT_EQ((Nearest{9, Axis::columns}.nothing(rectangle).held.size()), 5u);
  EXPECT_EQ((Degrees{0.5, Axis::columns}.nothing(rectangle).counts.size()), 5u);
  EXPECT_EQ(Nearest{.k = 9}.nothing({4, 4, true, CosineType::f32}).k, 3);
  EXPECT_EQ(Nearest{.k = 9}.nothing({0, 0, true, CosineType::f32}).k, 0);
  EXPECT_EQ(Dense{}.nothing(rectangle).cosines.size(), 15u);
}

TEST(Reductions, RefuseWhatNoSweepFinds) {
  const SweepShape triangle{5, 5, true, CosineType::f32};
  EXPECT_THROW((Degrees{0.5, Axis::columns}.check(triangle)), InvalidUsage);
  EXPECT_THROW((Nearest{3, Axis::columns}.check(triangle)), InvalidUsage);
  EXPECT_THROW(Nearest{.k = 0}.check(triangle), InvalidUsage);
  EXPECT_THROW((Histogram{1.0, 1.0, 5}.check(triangle)), InvalidUsage);
  EXPECT_THROW((Histogram{-1.0, 1.0, 0}.check(triangle)), InvalidUsage);
  EXPECT_THROW((Histogram{-1.0, 1.0, 65537}.check(triangle)), InvalidUsage);
  EXPECT_THROW((Bracket{0.5, 0.4}.check(triangle)), InvalidUsage);
  EXPECT_THROW(RankCounts{}.check(triangle), InvalidUsage);
  for (const std::vector<Pair>& pairs :
       std::vector<std::vector<Pair>>{{{1, 1}}, {{2, 1}}, {{-1, 2}}, {{0, 5}}, {{1, 2}, {0, 1}}}) {
    EXPECT_THROW(Probes{pairs}.check(triangle), InvalidUsage);
  }
  EXPECT_NO_THROW((Probes{{{2, 1}, {4, 4}}}.check({5, 5, false, CosineType::f32})));
}

TEST(SamplePairs, AreAllWhenThereAreFew) {
  EXPECT_TRUE(sample_pairs(0, 10, 1).empty());
  EXPECT_TRUE(sample_pairs(1, 10, 1).empty());
  EXPECT_EQ(sample_pairs(3, 3, 1), (std::vector<Pair>{{0, 1}, {0, 2}, {1, 2}}));
  EXPECT_EQ(sample_pairs(5, 10, 1).size(), 10u);
}

TEST(SamplePairs, OfTwoSetsAreAllOrUniform) {
  EXPECT_TRUE(sample_pairs(0, 4, 10, 1).empty());
  EXPECT_TRUE(sample_pairs(4, 0, 10, 1).empty());
  EXPECT_EQ(sample_pairs(2, 3, 6, 1), (std::vector<Pair>{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}}));
  const std::vector<Pair> pairs = sample_pairs(3000, 7, 20'000, 4);
  ASSERT_EQ(pairs.size(), 20'000u);
  EXPECT_TRUE(std::ranges::is_sorted(pairs));
  EXPECT_EQ(pairs, sample_pairs(3000, 7, 20'000, 4));
  std::vector<double> each(7);
  for (const Pair& pair : pairs) {
    ASSERT_TRUE(0 <= pair.i && pair.i < 3000 && 0 <= pair.j && pair.j < 7);
    each[static_cast<size_t>(pair.j)] += 1.0;
  }
  // Four standard errors of a count with chance 1/7.
  for (const double count : each) EXPECT_NEAR(count, 20'000.0 / 7.0, 4.0 * std::sqrt(20'000.0 * 6.0 / 49.0));
}

TEST(SamplePairs, AreUniformAscendingAndRepeatable) {
  const std::vector<Pair> pairs = sample_pairs(20, 180, 1);
  ASSERT_EQ(pairs.size(), 180u);
  EXPECT_TRUE(std::ranges::is_sorted(pairs));
  EXPECT_EQ(pairs, sample_pairs(20, 180, 1));
  EXPECT_NE(pairs, sample_pairs(20, 180, 2));
  for (const int64_t n : {int64_t{700}, int64_t{50'257}, int64_t{4'000'000'000}}) {
    constexpr int64_t kCount = 100'000;
    const std::vector<Pair> many = sample_pairs(n, kCount, 9);
    ASSERT_EQ(std::ssize(many), kCount);
    // The mean of the smaller of two uniform numbers is a third, that of the larger two thirds; both have variance
    // 1/18.
    double low = 0.0;
    double high = 0.0;
    for (const Pair& pair : many) {
      ASSERT_TRUE(0 <= pair.i && pair.i < pair.j && pair.j < n);
      low += static_cast<double>(pair.i) / static_cast<double>(n) / kCount;
      high += static_cast<double>(pair.j) / static_cast<double>(n) / kCount;
    }
    const double four_errors = 4.0 / std::sqrt(18.0 * kCount) + 1.0 / static_cast<double>(n);
    EXPECT_NEAR(low, 1.0 / 3.0, four_errors);
    EXPECT_NEAR(high, 2.0 / 3.0, four_errors);
  }
}

}  // namespace
}  // namespace gramian::testing
