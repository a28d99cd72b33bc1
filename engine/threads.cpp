#include "engine/threads.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace gramian {
namespace {

/// State that all workers share.
struct Work {
  explicit Work(int64_t count) : end(count) {}

  /// Items from `item` on are not worth doing any more.
  void fail(int64_t item) {
    const std::scoped_lock lock(mutex);
    if (item >= end) return;
    end = item;
    failure = std::current_exception();
  }

  std::atomic<int64_t> next{0};
  std::atomic<int64_t> done{0};
  std::atomic<int64_t> end;
  std::exception_ptr failure;
  std::mutex mutex;
};

}  // namespace

void parallel_for(int threads, int64_t count, const std::function<void(int64_t item, int worker)>& work,
                  const std::function<void(int64_t done)>& between) {
  Work shared(count);
  const auto run = [&](int worker) {
    // Items are handed out in ascending order, so every item below a failed one has been started already.
    while (true) {
      const int64_t item = shared.next.fetch_add(1, std::memory_order_relaxed);
      if (item >= shared.end.load(std::memory_order_relaxed)) return;
      try {
        work(item, worker);
      } catch (...) {
        shared.fail(item);
        return;
      }
      const int64_t finished = shared.done.fetch_add(1, std::memory_order_relaxed) + 1;
      if (worker != 0 || !between) continue;
      try {
        between(finished);
      } catch (...) {
        shared.fail(-1);
        return;
      }
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      for (int worker = 1; worker < threads && worker < count; ++worker) others.emplace_back(run, worker);
    } catch (const std::system_error&) {
      // The system grants no further thread: the ones there are do the work.
    }
    run(0);
  }
  if (shared.failure) std::rethrow_exception(shared.failure);
}

}  // namespace gramian
