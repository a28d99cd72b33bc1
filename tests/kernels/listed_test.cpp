// Pairs within intervals, against plain loops over the cosines of the same sweep.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"
#include "tests/support/sweeping.hpp"

namespace gramian::testing {
namespace {

using Taken = std::vector<std::pair<Pair, double>>;

class ListedPairs final : public Listed::Sink {
 public:
  void take(const Listed::Batch& batch) override {
    const std::scoped_lock lock(mutex_);
    largest_margin_ = std::max(largest_margin_, batch.margin);
    for (const Listed::Entry& entry : batch.entries) taken_.emplace_back(batch.pair(entry), entry.cosine);
  }
  Taken sorted() const {
    Taken all = taken_;
    std::ranges::sort(all);
    return all;
  }
  double largest_margin() const { return largest_margin_; }

 private:
  std::mutex mutex_;
  Taken taken_;
  double largest_margin_ = 0.0;
};

const std::vector<Interval> kIntervals = {{-0.5, -0.25}, {0.125, 0.125}, {0.1, 0.4},  {0.3, 1.0},
                                          {1.5, 2.0},    {-3.0, -1.0},   {-0.1, 0.0}, {0.0, 0.0}};

void expect_listed(Backend& backend, const UnitRows& a, const UnitRows& b, const TileGrid& grid,
                   const std::vector<Interval>& intervals, double margin) {
  const auto sink = std::make_shared<ListedPairs>();
  const SweepState state = backend.sweep(a, b, {Dense{}, Listed{intervals, sink, margin}}, grid, {0, grid.size()}, {});
  Taken expected;
  Counts below(intervals.size(), 0);
  for (int64_t i = 0; i < grid.rows(); ++i) {
    for (int64_t j = grid.is_triangle() ? i + 1 : 0; j < grid.columns(); ++j) {
      const double x = state.of<Dense>(0).cosines[static_cast<size_t>(i * grid.columns() + j)];
      bool within = false;
      for (size_t k = 0; k < intervals.size(); ++k) {
        below[k] += x < intervals[k].lo - margin ? 1 : 0;
        within = within || (x >= intervals[k].lo - margin && x <= intervals[k].hi + margin);
      }
      if (within) expected.push_back({{i, j}, x});
    }
  }
  EXPECT_EQ(state.of<Listed>(1).below, below);
  EXPECT_EQ(sink->sorted(), expected);
}

TEST(Listed, IsWhatLiesWithin) {
  for (const BackendCase& device : backends()) {
    const auto backend = device.make(3);
    for (const Precision precision : {Precision::single, Precision::double_, Precision::half}) {
      for (const int64_t n : {0, 1, 2, 47, 48, 49, 97, 150}) {
        SCOPED_TRACE(device.name + ", " + name_of(precision) + ", n = " + std::to_string(n));
        // Cosines are multiples of 1/8.
        const Stored stored = store(lattice(n, 3), ElementType::f32);
        const Prepared prepared(*backend, stored.matrix, precision);
        for (const double margin : {0.0, 0.01}) {
          for (const size_t count : {size_t{0}, size_t{1}, size_t{3}, size_t{4}, kIntervals.size()}) {
            const std::vector<Interval> some(kIntervals.begin(), kIntervals.begin() + static_cast<int64_t>(count));
            for (const int64_t edge : {int64_t{48}, int64_t{96}}) {
              expect_listed(*backend, *prepared.rows, *prepared.rows, TileGrid::triangle(n, edge), some, margin);
            }
            expect_listed(*backend, *prepared.rows, *prepared.rows, TileGrid::rectangle(n, n, 96), some, margin);
          }
        }
      }
    }
  }
}

TEST(Listed, ReachesAsFarAsCosinesMayBeOff) {
  for (const BackendCase& device : backends()) {
    if (!device.make(1)->certifies()) continue;
    SCOPED_TRACE(device.name);
    const auto backend = device.make(2);
    const Stored stored = store(gaussian(130, 20, 3), ElementType::f32);
    for (const Precision precision : {Precision::single, Precision::double_, Precision::half}) {
      const Prepared prepared(*backend, stored.matrix, precision);
      const auto sink = std::make_shared<ListedPairs>();
      prepared.sweep({Listed{{{0.25, 0.25}}, sink, 1e-3, true}}, 96);
      EXPECT_GT(sink->largest_margin(), 1e-3);
      EXPECT_LE(sink->largest_margin(), (1e-3 + prepared.rows->bound()) * (1.0 + 1e-15));
      for (const auto& [pair, cosine] : sink->sorted()) EXPECT_NEAR(cosine, 0.25, 1e-3 + prepared.rows->bound());
    }
  }
}

TEST(Listed, OfAllPairsIsEachOnce) {
  // More than a device has room for, in a batch and in a tile.
  constexpr int64_t kRows = 330;
  const Stored stored = store(lattice(kRows, 3), ElementType::f32);
  for (const BackendCase& device : devices()) {
    SCOPED_TRACE(device.name);
    const auto backend = device.make(2);
    for (const Precision precision : {Precision::single, Precision::double_}) {
      const Prepared prepared(*backend, stored.matrix, precision);
      expect_listed(*backend, *prepared.rows, *prepared.rows, TileGrid::triangle(kRows, 48), {{-1.0, 1.0}}, 0.0);
      expect_listed(*backend, *prepared.rows, *prepared.rows, TileGrid::rectangle(kRows, kRows, 144),
                    {{-0.5, 1.0}, {0.0, 0.25}}, 0.01);
    }
  }
}

TEST(Listed, NeedsSomeoneToTakeIt) {
  const auto backend = devices().front().make(1);
  const Stored stored = store(gaussian(5, 5, 3), ElementType::f32);
  const Prepared prepared(*backend, stored.matrix, Precision::single);
  EXPECT_THROW(prepared.sweep({Listed{{{0.0, 1.0}}, nullptr}}, 48), InvalidUsage);
  EXPECT_THROW(prepared.sweep({Listed{{{1.0, 0.0}}, std::make_shared<ListedPairs>()}}, 48), InvalidUsage);
}

}  // namespace
}  // namespace gramian::testing
