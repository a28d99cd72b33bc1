// Kernels under ThreadSanitizer, which ends this program where two CUDA threads touch the same memory without an order:
// all of them as they are, and copies with one line broken, on which it has to speak.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/emulation/control.hpp"
#include "tests/emulation/emulated_backend.hpp"
#include "tests/emulation/faults/cases.hpp"
#include "tests/support/cosines.hpp"
#include "tests/support/data.hpp"
#include "tests/support/sweeping.hpp"

// ThreadSanitizer asks for it. The first report ends the program, so that a death test need not wait for the rest.
extern "C" const char* __tsan_default_options() { return "halt_on_error=1"; }

namespace gramian::testing {
namespace {

constexpr int kReported = 66;  // the exit code that ThreadSanitizer ends a program with
// More than one tile, and neither of them whole.
constexpr int64_t kRows = 61;
constexpr int64_t kEdge = 48;
constexpr Precision kPrecisions[] = {Precision::single, Precision::double_, Precision::half};

TEST(Races, NoneInATriangle) {
  const auto backend = make_emulated_backend({});
  const Stored stored = store(with_mean_cosine(kRows, 20, 0.3, 5), ElementType::f32);
  for (const Precision precision : kPrecisions) {
    const Prepared prepared(*backend, stored.matrix, precision);
    const CosineType type = prepared.rows->cosine_type();
    const SweepRequest request = everything(kRows, type);
    expect_consistent(prepared.sweep(request, kEdge), request, kRows, type);
  }
}

TEST(Races, NoneInARectangle) {
  const auto backend = make_emulated_backend({});
  const Stored a = store(lattice(kRows, 3), ElementType::f16);
  const Stored b = store(lattice(40, 4), ElementType::bf16);
  const Prepared rows(*backend, a.matrix, Precision::single);
  const Prepared columns(*backend, b.matrix, Precision::single, rows.rows.get());
  const TileGrid grid = TileGrid::rectangle(kRows, 40, kEdge);
  const SweepShape shape{kRows, 40, false, rows.rows->cosine_type()};
  const SweepRequest request = everything(shape);
  expect_consistent(backend->sweep(*rows.rows, *columns.rows, request, grid, {0, grid.size()}, {}), request, shape);
}

TEST(Races, NoneInABand) {
  const auto backend = make_emulated_backend({});
  const Stored stored = store(with_mean_cosine(kRows, 20, 0.3, 5), ElementType::f32);
  const Prepared prepared(*backend, stored.matrix, Precision::single);
  const std::vector<double> dense = prepared.sweep({Dense{}}, kEdge).of<Dense>(0).cosines;
  const CsrBand band = backend->threshold_band(*prepared.rows, 0.3, 0, kRows);
  int64_t reaching = 0;
  for (const double x : upper_triangle(dense, kRows)) reaching += x >= 0.3 ? 2 : 0;
  EXPECT_EQ(std::ssize(band.columns), reaching);
}

TEST(Races, NoneInARankProduct) {
  const auto backend = make_emulated_backend({});
  const Stored first = store(with_mean_cosine(kRows, 20, 0.3, 5), ElementType::f32);
  const Stored second = store(gaussian(kRows, 7, 6), ElementType::f32);
  const Prepared a(*backend, first.matrix, Precision::single);
  const Prepared b(*backend, second.matrix, Precision::single);
  const RankBins bins = uneven_bins();
  const TileGrid grid = TileGrid::triangle(kRows, kEdge);
  const std::vector<int32_t> ones(static_cast<size_t>(bins.bins()), 1);
  const RankSums sums = backend->rank_product({*a.rows, bins}, {*b.rows, bins}, ones, grid, {0, grid.size()}, {});
  uint64_t pairs = 0;
  for (const uint64_t count : sums.counts) pairs += count;
  EXPECT_EQ(pairs, kRows * (kRows - 1) / 2);
}

TEST(Races, NoneAmongRows) {
  const auto backend = make_emulated_backend({});
  const Stored stored = store(gaussian(kRows, 20, 5), ElementType::f16);
  const auto rows = backend->upload(stored.matrix.view, {});
  RowTransform transform;
  transform.shift.assign(20, 0.01);
  transform.directions = DenseMatrix(1, 20);
  transform.directions(0, 3) = 1.0;
  transform.map = DenseMatrix(9, 20);
  transform.map.values = gaussian(9, 20, 6).values;
  EXPECT_EQ(backend->norms(*rows, transform).size(), static_cast<size_t>(kRows));
  EXPECT_EQ(backend->column_sums(*rows, transform).size(), 9u);
  EXPECT_EQ(backend->gram(*rows, transform, *rows, transform).rows, 9);
  const std::vector<Pair> pairs = {{0, 1}, {3, 60}, {17, 17}};
  const std::vector<double> cosines = backend->pair_cosines(*rows, transform, pairs);
  EXPECT_EQ(cosines[2], 1.0);
}

TEST(Races, NoneInTheCasesOfFaults) {
  emulation::configure({});
  EXPECT_TRUE(intact_reduce());
  EXPECT_TRUE(intact_kept());
  EXPECT_TRUE(intact_listed());
  EXPECT_TRUE(intact_neighbors());
  EXPECT_TRUE(intact_place());
}

class RacesDeathTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    emulation::configure({});
  }
};

TEST_F(RacesDeathTest, AnIncrementThatIsNoAtomic) {
  EXPECT_EXIT(count_without_atomic(), ::testing::ExitedWithCode(kReported), "data race");
  EXPECT_EXIT(listed_without_atomic(), ::testing::ExitedWithCode(kReported), "data race");
}

TEST_F(RacesDeathTest, AMissingBarrier) {
  EXPECT_EXIT(reduce_without_barrier(), ::testing::ExitedWithCode(kReported), "data race");
}

TEST_F(RacesDeathTest, AMissingBarrierOfAWarp) {
  EXPECT_EXIT(neighbors_without_warp_barrier(), ::testing::ExitedWithCode(kReported), "data race");
  EXPECT_EXIT(listed_without_warp_barrier(), ::testing::ExitedWithCode(kReported), "data race");
}

}  // namespace
}  // namespace gramian::testing
