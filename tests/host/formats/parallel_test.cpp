// Work dealt to threads.

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

#include "engine/threads.hpp"

namespace gramian::cpu {
namespace {

TEST(ParallelFor, DoesEveryItemOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    for (const int64_t count : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> done(static_cast<size_t>(count));
      parallel_for(threads, count, [&](int64_t item, int worker) {
        ++done[static_cast<size_t>(item)];
        EXPECT_TRUE(0 <= worker && worker < threads);
      });
      for (const std::atomic<int>& times : done) EXPECT_EQ(times, 1);
    }
  }
}

TEST(ParallelFor, RethrowsTheFirstExceptionOfAnyWorker) {
  for (const int threads : {1, 2, 3, 8}) {
    std::atomic<int> done{0};
    try {
      parallel_for(threads, 100000, [&](int64_t item, int) {
        ++done;
        if (item == 5) throw std::runtime_error("item 5");
      });
      FAIL() << "no exception, " << threads << " threads";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "item 5");
    }
    EXPECT_TRUE(threads > 1 || done == 6) << done;
  }
}

TEST(ParallelFor, AsksBetweenItsOwnItemsAndStops) {
  int64_t asked = 0;
  int64_t done = 0;
  EXPECT_THROW(parallel_for(
                   1, 10, [&](int64_t, int) { ++done; },
                   [&](int64_t finished) {
                     EXPECT_EQ(finished, ++asked);
                     if (finished == 3) throw std::runtime_error("stop");
                   }),
               std::runtime_error);
  EXPECT_EQ(done, 3);
}

}  // namespace
}  // namespace gramian::cpu
