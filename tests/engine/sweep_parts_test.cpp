// The pieces that sweeps are made of: tile grids, ordered keys, united requests, sampled pairs.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "engine/cosines/ordered.hpp"
#include "engine/sweep/plan.hpp"
#include "engine/sweep/sweep.hpp"
#include "tests/support/random.hpp"

namespace gramian::testing {
namespace {

TEST(TileGrid, NumbersEveryTileOfSmallGridsOnce) {
  for (const int64_t edge : {1, 2, 3, 48}) {
    for (const int64_t n : {0, 1, 2, 3, 47, 48, 49, 96, 97, 101}) {
      const TileGrid grid(n, edge);
      EXPECT_EQ(grid.bands(), (n + edge - 1) / edge);
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
    const TileGrid grid(n, edge);
    const int64_t bands = grid.bands();
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

TEST(Unite, GathersOnceAndGivesEachItsOwn) {
  SweepRequest first;
  first.extremes = true;
  first.histograms = {{-1.0, 1.0, 10}, {0.0, 1.0, 5}};
  first.brackets = {{0.1, 0.2, Bracket::Keep::values, 0}};
  first.probes = {{0, 1}, {2, 5}};
  SweepRequest second;
  second.histograms = {{0.0, 1.0, 5}, {0.0, 1.0, 6}};
  second.brackets = {{0.1, 0.2, Bracket::Keep::counts, 0}, {0.1, 0.2, Bracket::Keep::values, 0}};
  second.probes = {{0, 3}, {2, 5}};
  second.dense = true;
  const SweepRequest nothing;
  const std::vector<SweepRequest> requests = {first, second, nothing};
  const UnitedRequest united = unite(requests);
  EXPECT_TRUE(united.request.extremes);
  EXPECT_TRUE(united.request.dense);
  EXPECT_EQ(united.request.histograms.size(), 3u);
  EXPECT_EQ(united.request.brackets.size(), 2u);
  EXPECT_EQ(united.request.probes, (std::vector<Pair>{{0, 1}, {0, 3}, {2, 5}}));

  SweepState state;
  state.pairs = 77;
  state.extremes = {0.0, 0.5, {0, 1}, {2, 3}};
  for (const HistogramSpec& spec : united.request.histograms) {
    state.histograms.push_back({0, 0, std::vector<uint64_t>(static_cast<size_t>(spec.bins), 1)});
  }
  for (const Bracket& bracket : united.request.brackets) {
    BracketCounts counts;
    counts.inside = bracket.keep == Bracket::Keep::counts ? 1 : 2;
    state.brackets.push_back(counts);
  }
  state.probes = {{2, 0.25}, {0, 0.1}, {1, 0.3}};  // in no order
  state.dense = {1.0};

  const SweepState a = extract(state, united, 0, first);
  EXPECT_EQ(a.pairs, 77u);
  EXPECT_EQ(a.extremes, state.extremes);
  ASSERT_EQ(a.histograms.size(), 2u);
  EXPECT_EQ(a.histograms[0].counts.size(), 10u);
  EXPECT_EQ(a.histograms[1].counts.size(), 5u);
  ASSERT_EQ(a.brackets.size(), 1u);
  EXPECT_EQ(a.brackets[0].inside, 2u);
  EXPECT_EQ(a.probes, (std::vector<ProbeValue>{{0, 0.1}, {1, 0.25}}));
  EXPECT_TRUE(a.dense.empty());

  const SweepState b = extract(state, united, 1, second);
  EXPECT_EQ(b.extremes, Extremes{});
  ASSERT_EQ(b.histograms.size(), 2u);
  EXPECT_EQ(b.histograms[1].counts.size(), 6u);
  ASSERT_EQ(b.brackets.size(), 2u);
  EXPECT_EQ(b.brackets[0].inside, 1u);
  EXPECT_EQ(b.brackets[1].inside, 2u);
  EXPECT_EQ(b.probes, (std::vector<ProbeValue>{{0, 0.3}, {1, 0.25}}));
  EXPECT_EQ(b.dense.size(), 1u);

  const SweepState c = extract(state, united, 2, nothing);
  EXPECT_TRUE(c.histograms.empty() && c.brackets.empty() && c.probes.empty() && c.dense.empty());
}

TEST(SamplePairs, AreAllWhenThereAreFew) {
  EXPECT_TRUE(sample_pairs(0, 10, 1).empty());
  EXPECT_TRUE(sample_pairs(1, 10, 1).empty());
  EXPECT_EQ(sample_pairs(3, 3, 1), (std::vector<Pair>{{0, 1}, {0, 2}, {1, 2}}));
  EXPECT_EQ(sample_pairs(5, 10, 1).size(), 10u);
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
