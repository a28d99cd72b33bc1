#pragma once
// Independent pieces of work on a few threads.

#include <cstdint>
#include <functional>

namespace gramian::host {

/// Calls work(0) ... work(pieces - 1), each once, on up to `threads` threads, and returns when all are done. When
/// pieces throw, the exception of the lowest-numbered one is rethrown, whatever the number of threads; pieces after
/// a failed one may be left out.
void for_each_piece(int64_t pieces, int threads, const std::function<void(int64_t)>& work);

}  // namespace gramian::host
