// That the emulation finds what is wrong with a kernel: copies of real ones with one line broken have to fail, and the
// same cases have to pass with the kernels as they are.

#include <gtest/gtest.h>

#include "tests/emulation/control.hpp"
#include "tests/emulation/faults/cases.hpp"

namespace gramian::testing {
namespace {

constexpr uint64_t kSeeds = 12;

/// In how many orders of threads the result is right.
int right(bool (*run)()) {
  int count = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    emulation::Settings settings;
    settings.seed = seed;
    emulation::configure(settings);
    count += run() ? 1 : 0;
  }
  return count;
}

TEST(Emulation, FindsNothingWrongWithTheKernelsAsTheyAre) {
  EXPECT_EQ(right(intact_reduce), kSeeds);
  EXPECT_EQ(right(intact_kept), kSeeds);
  EXPECT_EQ(right(intact_listed), kSeeds);
  EXPECT_EQ(right(intact_neighbors), kSeeds);
  EXPECT_EQ(right(intact_place), kSeeds);
}

TEST(Emulation, FindsAMissingBarrier) { EXPECT_LT(right(reduce_without_barrier), kSeeds); }

TEST(Emulation, FindsAMissingBarrierOfAWarp) { EXPECT_LT(right(neighbors_without_warp_barrier), kSeeds); }

TEST(Emulation, FindsWarpsInEachOthersSharedMemory) {
  EXPECT_LT(right(kept_in_half_the_room), kSeeds);
  // Here the last warp's goes beyond the block's.
  EXPECT_DEATH(right(listed_in_half_the_room), "a write beyond the block's shared memory|AddressSanitizer");
}

TEST(Emulation, FindsAWriteBeyondABuffer) {
  emulation::configure({});
  // By its own guards, or by AddressSanitizer's.
  EXPECT_DEATH(place_one_too_many(), "a write beyond device buffer|heap-buffer-overflow");
}

}  // namespace
}  // namespace gramian::testing
