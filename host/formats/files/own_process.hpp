#pragma once
// Work whose mistakes must not be ours: a process of its own does it.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/progress.hpp"

namespace gramian::host {

/// The process that does the work, as the work sees it.
class OwnProcess {
 public:
  /// `pipe`: the descriptor of the end that is written to.
  explicit OwnProcess(int pipe) : pipe_(pipe) {}

  /// From now on the work may take `seconds` of a processor's time until it is given up on, if it does not ask again.
  /// At first it may take as long as it likes.
  void allow(int64_t seconds) const;
  /// So much is done: whoever waits hears of it by Progress::report. `done` grows from call to call.
  void report(int64_t done, int64_t total) const;

 private:
  int pipe_;
};

/// What `work` returns, which is done in a fork of this process: it sees all memory as it is now, and what it writes
/// stays its own but for mappings that are shared. Its standard streams lead nowhere, every other descriptor is closed
/// there, and nothing that is to happen at an exit happens. It must start no thread and load no library.
///
/// Nothing is returned where the process ended in any other way: by a signal, an exit, an exception that is none of
/// those below, or because it took longer than it was allowed. Its bytes are to be trusted no further than those of a
/// file.
/// Throws the InvalidInput, Unsupported, OutOfMemory (std::bad_alloc is one) and Interrupted that `work` throws;
/// Interrupted within a tenth of a second when `progress` is cancelled; OutOfMemory where no process can be started or
/// the system ends it, which name the file `path` that it was to read.
/// May be called by several threads at once, whatever becomes of SIGCHLD in this program.
std::optional<std::string> in_own_process(std::string_view path,
                                          const std::function<std::string(const OwnProcess&)>& work,
                                          const Progress& progress = {});

}  // namespace gramian::host
