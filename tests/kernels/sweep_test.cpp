// Every primitive of a sweep against plain loops over its own dense cosines, and those against the oracle; and that
// results are the same bytes whatever the tiles, threads, parts and instruction set.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "engine/error.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/cosines.hpp"
#include "tests/support/data.hpp"
#include "tests/support/sweeping.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

constexpr Precision kPrecisions[] = {Precision::single, Precision::double_, Precision::half};
// Round tiles of 48 and of 96, and several of each.
constexpr int64_t kSizes[] = {0, 1, 2, 3, 47, 48, 49, 95, 96, 97, 101};

/// Exact ties and values on edges; nothing special; everything equal.
std::map<std::string, oracle::Table> kinds(int64_t n) {
  return {{"lattice", lattice(n, 3)}, {"mean_0.3", with_mean_cosine(n, 20, 0.3, 5)}, {"identical", identical(n, 9, 1)}};
}

class Sweep : public ::testing::TestWithParam<std::tuple<BackendCase, Precision, int64_t>> {};

TEST_P(Sweep, EveryPrimitive) {
  const auto& [device, precision, n] = GetParam();
  const auto backend = device.make(2);
  for (const auto& [kind, table] : kinds(n)) {
    SCOPED_TRACE(kind);
    const Stored stored = store(table, ElementType::f32);
    const Prepared prepared(*backend, stored.matrix, precision);
    const CosineType type = prepared.rows->cosine_type();
    const SweepRequest request = everything(n, type);
    const std::vector<double> exact = oracle::cosines(stored.exact);
    for (const int64_t edge : {device.edges[0], device.edges[1], backend->grid(*prepared.rows).edge()}) {
      SCOPED_TRACE(edge);
      const SweepState state = prepared.sweep(request, edge);
      expect_consistent(state, request, n, type);
      const std::vector<double> swept = upper_triangle(state.of<Dense>(0).cosines, n);
      ASSERT_EQ(swept.size(), exact.size());
      for (size_t k = 0; k < exact.size(); ++k) ASSERT_NEAR(swept[k], exact[k], promise(precision));
      if (kind == "lattice") {
        EXPECT_TRUE(swept == exact);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tiles, Sweep,
                         ::testing::Combine(::testing::ValuesIn(backends()), ::testing::ValuesIn(kPrecisions),
                                            ::testing::ValuesIn(kSizes)),
                         [](const auto& test) {
                           return std::get<0>(test.param).name + "_" + name_of(std::get<1>(test.param)) + "_n" +
                                  std::to_string(std::get<2>(test.param));
                         });

class SweepBytes : public ::testing::TestWithParam<std::tuple<BackendCase, Precision>> {};

TEST_P(SweepBytes, SameForAllTilesAndThreads) {
  const auto& [device, precision] = GetParam();
  constexpr int64_t n = 331;
  for (const auto& [kind, table] : kinds(n)) {
    if (kind == "identical") continue;
    const Stored stored = store(table, ElementType::f32);
    std::string first;
    for (const int threads : {1, 2, 3, 8}) {
      const auto backend = device.make(threads);
      const Prepared prepared(*backend, stored.matrix, precision);
      const SweepRequest request = everything(n, prepared.rows->cosine_type());
      for (const int64_t edge : device.edges) {
        if (threads > 1 && edge > device.edges[0]) break;
        SweepState state = prepared.sweep(request, edge);
        canonicalize(state);
        const std::string bytes = bytes_of(state);
        if (first.empty()) first = bytes;
        EXPECT_TRUE(bytes == first) << kind << ", " << threads << " threads, tiles of " << edge;
      }
    }
  }
}

TEST_P(SweepBytes, SameForAllPartsHoweverMerged) {
  const auto& [device, precision] = GetParam();
  Random random(17);
  for (const int64_t n : {0, 1, 2, 60, 199}) {
    const auto backend = device.make(2);
    const Stored stored = store(lattice(n, 4), ElementType::f32);
    const Prepared prepared(*backend, stored.matrix, precision);
    Probes probes;
    if (n > 1) probes.pairs = {{0, 1}, {0, n - 1}, {n - 2, n - 1}};
    std::ranges::sort(probes.pairs);
    for (const SweepRequest& request :
         {everything(n, prepared.rows->cosine_type()), SweepRequest{Dense{}}, SweepRequest{probes}}) {
      SweepState whole = prepared.sweep(request, 48);
      canonicalize(whole);
      for (const int64_t parts : {1, 2, 3, 7}) {
        SweepState merged = swept_in_parts(prepared, request, 48, parts, random);
        canonicalize(merged);
        EXPECT_TRUE(bytes_of(merged) == bytes_of(whole)) << "n " << n << ", " << parts << " parts";
        // A fresh state is neutral on either side.
        SweepState fresh;
        merge(fresh, std::move(merged));
        merge(fresh, SweepState{});
        EXPECT_TRUE(bytes_of(fresh) == bytes_of(whole)) << "n " << n << ", " << parts << " parts, neutral";
      }
    }
  }
}

TEST_P(SweepBytes, PermutedRowsHaveTheSameCosines) {
  const BackendCase& device = std::get<0>(GetParam());
  const Precision precision = std::get<1>(GetParam());
  constexpr int64_t n = 157;
  Random random(23);
  const oracle::Table table = with_mean_cosine(n, 130, 0.3, 8);
  std::vector<int64_t> order(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) order[static_cast<size_t>(i)] = i;
  random.shuffle(order);
  const auto backend = device.make(2);
  const auto sorted = [&](const oracle::Table& rows) {
    const Stored stored = store(rows, ElementType::f32);
    const Prepared prepared(*backend, stored.matrix, precision);
    const SweepRequest request = without_places(everything(n, prepared.rows->cosine_type()));
    SweepState state = prepared.sweep(request, 48);
    canonicalize(state);
    // Where the extremes and the cosines are is all that may differ.
    std::vector<double> cosines = upper_triangle(state.of<Dense>(0).cosines, n);
    std::ranges::sort(cosines);
    state.of<Dense>(0).cosines = cosines;
    state.of<Extremes>(1).min_at = state.of<Extremes>(1).max_at = {};
    return bytes_of(state);
  };
  EXPECT_TRUE(sorted(table) == sorted(selected(table, order)));
}

TEST_P(SweepBytes, RowsScaledByPowersOfTwoChangeNothing) {
  const BackendCase& device = std::get<0>(GetParam());
  const Precision precision = std::get<1>(GetParam());
  constexpr int64_t n = 101;
  const oracle::Table table = store(outlier_dimensions(n, 70, 9), ElementType::f32).exact;
  oracle::Table other = table;
  // From where the smallest are subnormal to where squares overflow.
  for (int64_t i = 0; i < n; ++i) {
    const auto exponent = static_cast<int>(i * 337 % 2035 - 1025);
    for (int64_t k = 0; k < other.cols; ++k) other.at(i, k) = std::ldexp(other.at(i, k), exponent);
  }
  const auto backend = device.make(2);
  const auto bytes = [&](const oracle::Table& rows) {
    const Stored stored = store(rows, ElementType::f64);
    const Prepared prepared(*backend, stored.matrix, precision);
    SweepState state = prepared.sweep(everything(n, prepared.rows->cosine_type()), 48);
    canonicalize(state);
    return bytes_of(state);
  };
  EXPECT_TRUE(bytes(table) == bytes(other));
}

TEST_P(SweepBytes, ScaledOrRotatedSpacesKeepThePromise) {
  const auto& [device, precision] = GetParam();
  constexpr int64_t n = 61;
  const oracle::Table table = with_mean_cosine(n, 40, 0.3, 12);
  const std::vector<double> exact = oracle::cosines(table);
  const auto backend = device.make(1);
  for (const oracle::Table& other : {scaled(table, 3.7), scaled(table, -1.0 / 3.0), rotated(table, 2)}) {
    const Stored stored = store(other, ElementType::f64);
    const Prepared prepared(*backend, stored.matrix, precision);
    const std::vector<double> swept = upper_triangle(prepared.sweep({Dense{}}, 48).of<Dense>(0).cosines, n);
    for (size_t k = 0; k < exact.size(); ++k) EXPECT_NEAR(swept[k], exact[k], promise(precision));
  }
}

TEST_P(SweepBytes, ManyKeptValuesPassThroughTheBuffers) {
  const auto& [device, precision] = GetParam();
  // 223,446 pairs in one bracket: more than a buffer holds, several times.
  constexpr int64_t n = 669;
  const auto backend = device.make(2);
  const Stored stored = store(lattice(n, 6), ElementType::f32);
  const Prepared prepared(*backend, stored.matrix, precision);
  const CosineType type = prepared.rows->cosine_type();
  const SweepRequest request = {Dense{}, fine_bracket(0, kFineBins - 1, type),
                                Bracket{-1.0, 0.75, Bracket::Keep::values, 0}, fine_bracket(4096, 12288, type)};
  expect_consistent(prepared.sweep(request, backend->grid(*prepared.rows).edge()), request, n, type);
}

TEST_P(SweepBytes, CosinesOfParallelRowsStayWithinOne) {
  const auto& [device, precision] = GetParam();
  const auto backend = device.make(1);
  for (int64_t d = 1; d <= 70; ++d) {
    oracle::Table table = identical(49, d, static_cast<uint64_t>(d));
    for (int64_t k = 0; k < d; ++k) {
      if (d % 2 == 1) table.at(0, k) = 1.0;
      for (int64_t i = 1; i < 49; ++i) table.at(i, k) = i % 2 == 1 ? table.at(0, k) : -table.at(0, k);
    }
    const Stored stored = store(table, ElementType::f32);
    const Prepared prepared(*backend, stored.matrix, precision);
    const Extremes::Found found = prepared.sweep({Extremes{}}, 48).of<Extremes>(0);
    EXPECT_LE(found.max, 1.0) << d;
    EXPECT_GE(found.min, -1.0) << d;
    EXPECT_NEAR(found.max, 1.0, promise(precision)) << d;
    EXPECT_NEAR(found.min, -1.0, promise(precision)) << d;
  }
}

INSTANTIATE_TEST_SUITE_P(Sweeps, SweepBytes,
                         ::testing::Combine(::testing::ValuesIn(backends()), ::testing::ValuesIn(kPrecisions)),
                         [](const auto& test) {
                           return std::get<0>(test.param).name + "_" + name_of(std::get<1>(test.param));
                         });

class SweepCalls : public ::testing::TestWithParam<BackendCase> {};

TEST_P(SweepCalls, RefusesWhatIsNotAGridOfTheMatrix) {
  const auto backend = GetParam().make(1);
  const Stored stored = store(gaussian(100, 5, 1), ElementType::f32);
  const Prepared prepared(*backend, stored.matrix, Precision::single);
  const SweepRequest request = {Extremes{}};
  EXPECT_THROW(prepared.sweep(request, 50), InvalidUsage);
  EXPECT_THROW(prepared.sweep(request, 1), InvalidUsage);
  EXPECT_THROW(prepared.sweep(request, 48, {0, 7}), InvalidUsage);
  EXPECT_THROW(prepared.sweep(request, 48, {-1, 2}), InvalidUsage);
  EXPECT_THROW(prepared.sweep(request, 48, {3, 2}), InvalidUsage);
  const TileGrid other = TileGrid::triangle(101, 48);
  EXPECT_THROW(backend->sweep(*prepared.rows, request, other, {0, other.size()}, {}), InvalidUsage);
  EXPECT_THROW(TileGrid::triangle(-1, 48), InvalidUsage);
  EXPECT_THROW(TileGrid::triangle(5, 0), InvalidUsage);
  const std::vector<int64_t> beyond = {0, 100};
  EXPECT_THROW(backend->upload(stored.matrix.view, beyond), InvalidUsage);
}

TEST_P(SweepCalls, IsInterrupted) {
  for (const int threads : {1, 3}) {
    const auto backend = GetParam().make(threads);
    const Stored stored = store(gaussian(700, 5, 1), ElementType::f32);
    const Prepared prepared(*backend, stored.matrix, Precision::single);
    const SweepRequest request = {Extremes{}};
    const TileGrid grid = TileGrid::triangle(700, 48);
    std::atomic<int> asked{0};
    Progress progress;
    progress.cancelled = [&] { return ++asked == 2; };
    try {
      backend->sweep(*prepared.rows, request, grid, {0, grid.size()}, progress);
      // The other workers may have been faster than the one that asks.
      EXPECT_TRUE(threads > 1 && asked < 2);
    } catch (const Interrupted&) {
      EXPECT_EQ(asked, 2);
    }
    // And works on afterwards.
    EXPECT_EQ(prepared.sweep(request, 48).pairs, 700u * 699u / 2);
  }
}

TEST_P(SweepCalls, ReportsProgressUpToTheEnd) {
  const auto backend = GetParam().make(1);
  const Stored stored = store(gaussian(200, 5, 1), ElementType::f32);
  const Prepared prepared(*backend, stored.matrix, Precision::single);
  const SweepRequest request = {Extremes{}};
  const TileGrid grid = TileGrid::triangle(200, 48);
  int64_t last = 0;
  Progress progress;
  progress.report = [&](int64_t done, int64_t total) {
    EXPECT_GT(done, last);
    EXPECT_EQ(total, grid.size());
    last = done;
  };
  backend->sweep(*prepared.rows, request, grid, {0, grid.size()}, progress);
  EXPECT_EQ(last, grid.size());
}

TEST_P(SweepCalls, PassesOnAnExceptionOfItsCaller) {
  const auto backend = GetParam().make(3);
  const Stored stored = store(gaussian(300, 5, 1), ElementType::f32);
  const Prepared prepared(*backend, stored.matrix, Precision::single);
  const SweepRequest request = {Extremes{}};
  const TileGrid grid = TileGrid::triangle(300, 48);
  std::atomic<bool> called{false};
  Progress progress;
  progress.report = [&](int64_t, int64_t) {
    called = true;
    throw std::runtime_error("from the caller");
  };
  try {
    backend->sweep(*prepared.rows, request, grid, {0, grid.size()}, progress);
    EXPECT_FALSE(called);
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "from the caller");
  }
}

INSTANTIATE_TEST_SUITE_P(Sweeps, SweepCalls, ::testing::ValuesIn(backends()),
                         [](const auto& test) { return test.param.name; });

class OneGroup : public ::testing::TestWithParam<Precision> {};

TEST_P(OneGroup, OfBackendsFindsTheSameBytes) {
  const Precision precision = GetParam();
  constexpr int64_t n = 149;
  for (const auto& [kind, table] : kinds(n)) {
    const Stored stored = store(table, ElementType::f32);
    std::map<std::string, std::string> first;
    for (const BackendCase& device : backends()) {
      if (!device.name.starts_with("cpu")) continue;  // others promise nobody the same bits
      const auto backend = device.make(2);
      const Prepared prepared(*backend, stored.matrix, precision);
      const std::string bits = same_bits(device, *prepared.rows);
      if (bits.empty()) continue;
      SweepState state = prepared.sweep(everything(n, prepared.rows->cosine_type()), 96);
      canonicalize(state);
      const auto [it, added] = first.try_emplace(bits, bytes_of(state));
      EXPECT_TRUE(it->second == bytes_of(state)) << device.name << ", " << kind;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, OneGroup, ::testing::Values(Precision::single, Precision::double_),
                         [](const auto& test) { return name_of(test.param); });

}  // namespace
}  // namespace gramian::testing
