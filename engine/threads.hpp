#pragma once
// Work shared by plain threads (std::jthread: instrumented by ThreadSanitizer, unlike an OpenMP runtime).

#include <cstdint>
#include <functional>

namespace gramian {

/// Calls work(item, worker) for every item of [0, count), dealt dynamically to at most `threads` workers (the calling
/// thread is worker 0; fewer where the system grants no more). `between` runs on the calling thread after each of its
/// items and may throw to stop everything. When items throw, the exception of the lowest-numbered one is rethrown here
/// once all workers have stopped, whatever the number of threads; items after a failed one may be left out.
void parallel_for(int threads, int64_t count, const std::function<void(int64_t item, int worker)>& work,
                  const std::function<void(int64_t done)>& between = {});

}  // namespace gramian
