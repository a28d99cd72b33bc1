#pragma once
// Work shared by plain threads (std::jthread: instrumented by ThreadSanitizer, unlike an OpenMP runtime).

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace gramian::cpu {

/// Calls work(item, worker) for every item of [0, count), dealt dynamically to `threads` workers (the calling thread is
/// worker 0). `between` runs on the calling thread after each of its items and may throw to stop everything. The first
/// exception of any worker is rethrown here once all have stopped.
inline void parallel_for(int threads, int64_t count, const std::function<void(int64_t item, int worker)>& work,
                         const std::function<void(int64_t done)>& between = {}) {
  std::atomic<int64_t> next{0};
  std::atomic<int64_t> done{0};
  std::atomic<bool> stop{false};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto loop = [&](int worker) {
    try {
      while (!stop.load(std::memory_order_relaxed)) {
        const int64_t item = next.fetch_add(1, std::memory_order_relaxed);
        if (item >= count) return;
        work(item, worker);
        const int64_t finished = done.fetch_add(1, std::memory_order_relaxed) + 1;
        if (worker == 0 && between) between(finished);
      }
    } catch (...) {
      stop = true;
      const std::scoped_lock lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      for (int worker = 1; worker < threads && worker < count; ++worker) others.emplace_back(loop, worker);
    } catch (const std::system_error&) {
      // The system grants no further thread: the ones there are do the work.
    }
    loop(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace gramian::cpu
