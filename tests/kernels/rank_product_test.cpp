// The rank product of two spaces against plain loops over the dense cosines of both.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "engine/error.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/cosines.hpp"
#include "tests/support/data.hpp"
#include "tests/support/sweeping.hpp"

namespace gramian::testing {
namespace {

std::vector<int32_t> some_values(int64_t bins) {
  Random random(5);
  std::vector<int32_t> values;
  for (int64_t b = 0; b < bins; ++b)
    values.push_back(static_cast<int32_t>(random.below(int64_t{1} << 32) - (int64_t{1} << 31)));
  values.front() = std::numeric_limits<int32_t>::min();
  values.back() = std::numeric_limits<int32_t>::max();
  return values;
}

RankSums by_loops(const Prepared& a, const RankBins& bins_a, const Prepared& b, const RankBins& bins_b,
                  const std::vector<int32_t>& values) {
  const int64_t n = a.rows->rows();
  const std::vector<double> x = upper_triangle(a.sweep({Dense{}}, 48).of<Dense>(0).cosines, n);
  const std::vector<double> y = upper_triangle(b.sweep({Dense{}}, 48).of<Dense>(0).cosines, n);
  RankSums sums;
  sums.counts.assign(static_cast<size_t>(bins_a.bins()), 0);
  sums.sums.assign(static_cast<size_t>(bins_a.bins()), 0);
  for (size_t k = 0; k < x.size(); ++k) {
    const auto bin = static_cast<size_t>(rank_bin(bins_a, x[k]));
    ++sums.counts[bin];
    sums.sums[bin] += values[static_cast<size_t>(rank_bin(bins_b, y[k]))];
  }
  return sums;
}

class RankProduct : public ::testing::TestWithParam<std::tuple<BackendCase, Precision>> {};

TEST_P(RankProduct, IsThatOfPlainLoops) {
  const auto& [device, precision] = GetParam();
  const RankBins bins_a = uneven_bins();
  const RankBins bins_b(std::vector<uint8_t>(static_cast<size_t>(kFineBins), 1));
  const std::vector<int32_t> values = some_values(bins_b.bins());
  Random random(3);
  for (const int64_t n : {0, 1, 2, 48, 49, 97, 150}) {
    for (const oracle::Table& first : {lattice(n, 3), with_mean_cosine(n, 20, 0.3, 5)}) {
      const auto backend = device.make(2);
      const Stored stored_a = store(first, ElementType::f32);
      const Stored stored_b = store(with_mean_cosine(n, 33, 0.6, 6), ElementType::f32);
      const Prepared a(*backend, stored_a.matrix, precision);
      const Prepared b(*backend, stored_b.matrix, precision);
      const RankSums expected = by_loops(a, bins_a, b, bins_b, values);
      for (const int64_t edge : {device.edges[0], device.edges[1]}) {
        const TileGrid grid = TileGrid::triangle(n, edge);
        const auto part = [&](int64_t begin, int64_t end) {
          return backend->rank_product({*a.rows, bins_a}, {*b.rows, bins_b}, values, grid, {begin, end}, {});
        };
        EXPECT_TRUE(part(0, grid.size()) == expected) << n << ", tiles of " << edge;
        const int64_t cut = random.below(grid.size() + 1);
        RankSums merged;
        merge(merged, part(cut, grid.size()));
        merge(merged, part(0, cut));
        merge(merged, RankSums{});
        EXPECT_TRUE(merged == expected) << n << ", tiles of " << edge << ", cut at " << cut;
      }
    }
  }
}

TEST_P(RankProduct, TakesAnyNumberOfThreads) {
  const auto& [device, precision] = GetParam();
  const RankBins bins = uneven_bins();
  const std::vector<int32_t> values = some_values(bins.bins());
  const Stored stored_a = store(with_mean_cosine(401, 20, 0.3, 5), ElementType::f32);
  const Stored stored_b = store(gaussian(401, 7, 6), ElementType::f32);
  std::vector<RankSums> found;
  for (const int threads : {1, 3, 8}) {
    const auto backend = device.make(threads);
    const Prepared a(*backend, stored_a.matrix, precision);
    const Prepared b(*backend, stored_b.matrix, precision);
    const TileGrid grid = TileGrid::triangle(401, device.edges[0]);
    found.push_back(backend->rank_product({*a.rows, bins}, {*b.rows, bins}, values, grid, {0, grid.size()}, {}));
  }
  EXPECT_TRUE(found[0] == found[1]);
  EXPECT_TRUE(found[0] == found[2]);
}

TEST_P(RankProduct, RefusesWhatDoesNotMatch) {
  const auto& [device, precision] = GetParam();
  const auto backend = device.make(1);
  const RankBins bins = uneven_bins();
  const std::vector<int32_t> values = some_values(bins.bins());
  const Stored stored_a = store(gaussian(100, 5, 1), ElementType::f32);
  const Stored stored_b = store(gaussian(101, 5, 1), ElementType::f32);
  const Prepared a(*backend, stored_a.matrix, precision);
  const Prepared b(*backend, stored_b.matrix, precision);
  const TileGrid grid = TileGrid::triangle(100, device.edges[0]);
  const auto product = [&](const Prepared& second, std::span<const int32_t> of_bins, const TileGrid& tiles,
                           TileRange range) {
    return backend->rank_product({*a.rows, bins}, {*second.rows, bins}, of_bins, tiles, range, {});
  };
  EXPECT_NO_THROW(product(a, values, grid, {0, grid.size()}));
  EXPECT_THROW(product(b, values, grid, {0, grid.size()}), InvalidUsage);
  EXPECT_THROW(product(a, std::span(values).subspan(1), grid, {0, grid.size()}), InvalidUsage);
  EXPECT_THROW(product(a, values, TileGrid::triangle(101, device.edges[0]), {0, 1}), InvalidUsage);
  EXPECT_THROW(product(a, values, grid, {0, grid.size() + 1}), InvalidUsage);
  Progress progress;
  progress.cancelled = [] { return true; };
  EXPECT_THROW(backend->rank_product({*a.rows, bins}, {*a.rows, bins}, values, grid, {0, grid.size()}, progress),
               Interrupted);
}

INSTANTIATE_TEST_SUITE_P(Devices, RankProduct,
                         ::testing::Combine(::testing::ValuesIn(backends()),
                                            ::testing::Values(Precision::single, Precision::double_, Precision::half)),
                         [](const auto& test) {
                           return std::get<0>(test.param).name + "_" + name_of(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace gramian::testing
