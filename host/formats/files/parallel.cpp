#include "host/formats/files/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace gramian::host {

void for_each_piece(int64_t pieces, int threads, const std::function<void(int64_t)>& work) {
  std::atomic<int64_t> next = 0;
  std::atomic<int64_t> failed = pieces;
  std::exception_ptr failure;
  std::mutex failure_mutex;

  const auto run = [&]() noexcept {
    // Pieces are handed out in ascending order, so every piece below a failed one has been started already.
    for (int64_t i = next++; i < failed; i = next++) {
      try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(failure_mutex);
        if (i < failed) {
          failed = i;
          failure = std::current_exception();
        }
      }
    }
  };

  {
    std::vector<std::jthread> helpers;
    const int64_t wanted = std::min<int64_t>(threads, pieces) - 1;
    try {
      for (int64_t i = 0; i < wanted; ++i) helpers.emplace_back(run);
    } catch (const std::system_error&) {
      // The system grants no further thread: the ones there are do the work.
    }
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace gramian::host
