#pragma once
// Long work, out of the interpreter's way.

#include <nanobind/nanobind.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "host/questions/run/front.hpp"

namespace gramian::python {

/// What work and whoever waits for it tell each other.
struct Watch {
  struct Stage {
    int64_t number = 0;  // of the stages so far; 0: none
    std::string label;
    std::string unit;
    double amount = 0.0;
    double share = 0.0;  // done
  };
  std::atomic<bool> cancelled{false};
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::exception_ptr failure;
  Stage stage;
  std::vector<std::string> warnings;
};

/// What a run tells Python: how far it is, and warnings. Keeps its files, in memory.
class PythonFront final : public questions::Front {
 public:
  explicit PythonFront(std::shared_ptr<Watch> watch) : watch_(std::move(watch)) {}
  void watched_by(std::shared_ptr<Watch> watch) { watch_ = std::move(watch); }

  Progress stage(const std::string& label, double amount, const std::string& unit) override;
  void warn(const std::string& sentence) override;
  bool keeps_files() override { return true; }
  bool cancelled() override { return watch_->cancelled; }

 private:
  std::shared_ptr<Watch> watch_;
};

/// Calls `work` on a thread of its own, without the interpreter's lock, and waits: signals are handled meanwhile, and
/// `progress`, unless it is None, is called with (label, share done, amount, unit). Throws what work throws, as
/// Python's exceptions; after Ctrl-C soon, even where work goes on for a while, so work owns all that it uses.
void perform(const std::shared_ptr<Watch>& watch, std::function<void()> work, nanobind::handle progress);

/// Throws RuntimeError in a process that was forked while work was going on in another thread.
void refuse_torn_fork();
/// To be called once.
void watch_for_forks();

}  // namespace gramian::python
