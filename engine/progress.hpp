#pragma once
// How long work talks to whoever started it.

#include <cstdint>
#include <functional>

#include "engine/error.hpp"

namespace gramian {

/// Both functions may be empty, and are called from the thread that started the work.
struct Progress {
  std::function<void(int64_t done, int64_t total)> report;
  std::function<bool()> cancelled;  // true: stop

  /// Throws Interrupted where the work shall stop.
  void check() const {
    if (cancelled && cancelled()) throw Interrupted("interrupted");
  }
  /// So much of the work is done: the same, and a report.
  void step(int64_t done, int64_t total) const {
    check();
    if (report) report(done, total);
  }
};

}  // namespace gramian
