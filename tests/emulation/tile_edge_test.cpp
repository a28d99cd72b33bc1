// Tiles for GPUs as they are: figures of the vendor's data sheets.

#include "kernels/cuda/sweep/tile_edge.hpp"

#include <gtest/gtest.h>

namespace gramian::testing {
namespace {

struct Chip {
  const char* name;
  int multiprocessors;
  int64_t l2_megabytes;
};

constexpr Chip kChips[] = {{"H200", 132, 60},     {"A100", 108, 40},   {"L4", 58, 48},
                           {"RTX 4090", 128, 72}, {"RTX 3090", 82, 6}, {"RTX 3060", 28, 3}};

TEST(TileEdge, KeepsMultiprocessorsBusy) {
  for (const Chip& chip : kChips) {
    for (const CosineType type : {CosineType::f32, CosineType::f64}) {
      const int64_t edge = cuda::tile_edge_for(chip.multiprocessors, chip.l2_megabytes << 20, type);
      EXPECT_EQ(edge % 128, 0) << chip.name;
      const int64_t blocks = (edge / 128) * ((edge + 255) / 256);
      const int64_t rounds = (blocks + chip.multiprocessors - 1) / chip.multiprocessors;
      EXPECT_GT(static_cast<double>(blocks), 0.8 * static_cast<double>(rounds * chip.multiprocessors)) << chip.name;
    }
  }
}

TEST(TileEdge, KeepsTilesInTheCacheWhereThatIsLargeEnough) {
  for (const Chip& chip : {kChips[0], kChips[1], kChips[2], kChips[3]}) {
    const int64_t edge = cuda::tile_edge_for(chip.multiprocessors, chip.l2_megabytes << 20, CosineType::f32);
    EXPECT_LE(2 * edge * edge * 4, chip.l2_megabytes << 20) << chip.name;
    EXPECT_GE(edge, 1024) << chip.name;
  }
  EXPECT_EQ(cuda::tile_edge_for(132, 60 << 20, CosineType::f32), 2048);
  // A cache too small for any tile that fills the device does not make tiles small.
  EXPECT_EQ(cuda::tile_edge_for(82, 6 << 20, CosineType::f32), 1536);
}

}  // namespace
}  // namespace gramian::testing
