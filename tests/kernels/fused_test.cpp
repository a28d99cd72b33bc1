// The fused kernel finds byte for byte what cuBLAS and the kernels after it find with rows as int8, and asks no
// library.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "tests/emulation/emulated_backend.hpp"
#include "tests/support/data.hpp"
#include "tests/support/sweeping.hpp"

namespace gramian::testing {
namespace {

std::unique_ptr<Backend> backend_of(bool fused, const emulation::Settings& settings = {}, int64_t memory_limit = 0) {
  return make_emulated_backend(settings, {.memory_limit = memory_limit, .int8 = true, .fused = fused});
}

/// Without neighbours, which the kernel does not have.
SweepRequest fusible(const SweepShape& shape) {
  SweepRequest request = everything(shape);
  std::erase_if(request, [](const Reduction& wanted) { return std::holds_alternative<Nearest>(wanted); });
  return request;
}

bool is_dense(const Reduction& wanted) { return std::holds_alternative<Dense>(wanted); }

SweepState sorted(SweepState state) {
  canonicalize(state);
  return state;
}

/// Of a triangle of n rows; without the dense cosines several tiles are of one batch.
std::string triangle(bool fused, const Stored& stored, int64_t edge, bool dense, int devices = 1) {
  emulation::Settings settings;
  settings.devices = devices;
  const auto backend = backend_of(fused, settings);
  const Prepared prepared(*backend, stored.matrix, Precision::single);
  SweepRequest request = fusible({prepared.rows->rows(), prepared.rows->rows(), true, CosineType::f32});
  if (!dense) std::erase_if(request, is_dense);
  const std::string found = bytes_of(sorted(prepared.sweep(request, edge)));
  EXPECT_EQ(emulation::product_shapes().empty(), fused);
  return found;
}

// Around one piece of 128 rows, and several; tiles of less than a piece and of more.
TEST(Fused, TriangleOfEverySize) {
  for (const int64_t n : {2, 33, 128, 129, 300}) {
    for (const int64_t edge : {48, 144, 480}) {
      if (n > 200 && edge < 100) continue;
      SCOPED_TRACE(std::to_string(n) + " rows, tiles of " + std::to_string(edge));
      const Stored stored = store(edge == 144 ? lattice(n, 3) : with_mean_cosine(n, 20, 0.3, 5), ElementType::f32);
      const bool dense = edge == 480;
      EXPECT_EQ(triangle(true, stored, edge, dense), triangle(false, stored, edge, dense));
    }
  }
}

TEST(Fused, RectangleOfEverySize) {
  for (const int64_t rows : {1, 127, 129, 260}) {
    for (const int64_t columns : {1, 128, 150}) {
      SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(columns));
      const Stored first = store(outlier_dimensions(rows, 70, 3), ElementType::f32);
      const Stored second = store(with_mean_cosine(columns, 70, 0.3, 4), ElementType::bf16);
      const SweepShape shape{rows, columns, false, CosineType::f32};
      std::string found[2];
      for (const bool fused : {false, true}) {
        const auto backend = backend_of(fused);
        const Prepared a(*backend, first.matrix, Precision::single);
        const Prepared b(*backend, second.matrix, Precision::single, a.rows.get());
        const TileGrid grid = TileGrid::rectangle(rows, columns, 144);
        found[fused ? 1 : 0] =
            bytes_of(sorted(backend->sweep(*a.rows, *b.rows, fusible(shape), grid, {0, grid.size()}, {})));
        EXPECT_EQ(emulation::product_shapes().empty(), fused);
      }
      EXPECT_EQ(found[0], found[1]);
    }
  }
}

TEST(Fused, DevicesShareTheWork) {
  const Stored stored = store(with_mean_cosine(200, 20, 0.3, 5), ElementType::f32);
  EXPECT_EQ(triangle(true, stored, 48, false, 3), triangle(false, stored, 48, false));
}

TEST(Fused, KeptValuesThatFindNoRoomAreLookedForAgain) {
  // All cosines of many small tiles are kept, more than a batch has room for.
  const Stored stored = store(gaussian(500, 20, 5), ElementType::f32);
  std::string found[2];
  for (const bool fused : {false, true}) {
    const auto backend = backend_of(fused);
    const Prepared prepared(*backend, stored.matrix, Precision::single);
    const SweepRequest request = {Bracket{-1.0, 1.0, Bracket::Keep::values}, Extremes{}};
    found[fused ? 1 : 0] = bytes_of(sorted(prepared.sweep(request, 48)));
  }
  EXPECT_EQ(found[0], found[1]);
}

TEST(Fused, RowsPassThroughInPanels) {
  constexpr int64_t n = 400;
  const Stored stored = store(with_mean_cosine(n, 300, 0.3, 5), ElementType::f32);
  std::string found[2];
  size_t copied[2];
  for (const bool small : {false, true}) {
    const auto backend = backend_of(true, {}, small ? int64_t{9} << 19 : 0);
    const Prepared prepared(*backend, stored.matrix, Precision::single);
    const SweepRequest request = {Extremes{}, Histogram{}, Degrees{0.3}, Probes{{{0, n - 1}, {3, 200}}}};
    const size_t before = emulation::copied_bytes();
    found[small ? 1 : 0] = bytes_of(sorted(prepared.sweep(request, 144)));
    copied[small ? 1 : 0] = emulation::copied_bytes() - before;
  }
  EXPECT_EQ(found[0], found[1]);
  EXPECT_GT(copied[1], copied[0] + size_t{n} * 5 * 320 / 2) << "rows lay on the device";
}

TEST(Fused, NeighboursGoByTheLibrary) {
  const Stored stored = store(with_mean_cosine(100, 20, 0.3, 5), ElementType::f32);
  std::string found[2];
  for (const bool fused : {false, true}) {
    const auto backend = backend_of(fused);
    const Prepared prepared(*backend, stored.matrix, Precision::single);
    EXPECT_EQ(prepared.rows->form().find("fused") != std::string::npos, fused);
    found[fused ? 1 : 0] = bytes_of(sorted(prepared.sweep({Nearest{.k = 5}, Extremes{}}, 48)));
    EXPECT_FALSE(emulation::product_shapes().empty());
  }
  EXPECT_EQ(found[0], found[1]);
}

TEST(Fused, NeedsNoProductsOfInt8FromTheLibrary) {
  const Stored stored = store(gaussian(50, 20, 5), ElementType::f32);
  emulation::Settings settings;
  settings.int8_products = false;
  const auto backend = backend_of(true, settings);
  const Prepared prepared(*backend, stored.matrix, Precision::single);
  EXPECT_LT(prepared.sweep({Extremes{}}, 48).of<Extremes>(0).min, 0.0);
}

}  // namespace
}  // namespace gramian::testing
