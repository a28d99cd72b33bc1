#include "python/core/task.hpp"

#include <nanobind/stl/string.h>
#include <pthread.h>

#include <chrono>
#include <thread>
#include <utility>

#include "python/core/errors.hpp"

namespace gramian::python {
namespace {

namespace nb = nanobind;

/// How often signals are looked at, and how long work may take to notice that it is cancelled.
constexpr std::chrono::milliseconds kPeriod{50};
constexpr std::chrono::milliseconds kPatience{250};

std::atomic<int> working{0};
std::atomic<bool> torn{false};  // this process was forked while another thread of its parent was at work

extern "C" void after_fork_in_child() {
  if (working.exchange(0) > 0) torn = true;
}

void tell(Watch& watch, nb::handle progress) {
  Watch::Stage stage;
  std::vector<std::string> warnings;
  {
    const std::scoped_lock lock(watch.mutex);
    stage = watch.stage;
    warnings.swap(watch.warnings);
  }
  for (const std::string& sentence : warnings) {
    if (PyErr_WarnEx(PyExc_RuntimeWarning, in_words_of_python(sentence).c_str(), 1) != 0) throw nb::python_error();
  }
  if (stage.number > 0 && !progress.is_none()) progress(stage.label, stage.share, stage.amount, stage.unit);
}

bool wait(Watch& watch, std::chrono::milliseconds time) {
  const nb::gil_scoped_release released;
  std::unique_lock lock(watch.mutex);
  return watch.changed.wait_for(lock, time, [&] { return watch.done; });
}

void work_on(const std::shared_ptr<Watch>& watch, std::function<void()>& work) {
  std::exception_ptr failure;
  try {
    work();
  } catch (...) {
    failure = std::current_exception();
  }
  // What work holds goes before anybody hears that it is done.
  work = nullptr;
  --working;
  const std::scoped_lock lock(watch->mutex);
  watch->failure = failure;
  watch->done = true;
  watch->changed.notify_all();
}

}  // namespace

Progress PythonFront::stage(const std::string& label, double amount, const std::string& unit) {
  const std::shared_ptr<Watch> watch = watch_;
  {
    const std::scoped_lock lock(watch->mutex);
    watch->stage = {watch->stage.number + 1, label, unit, amount, 0.0};
  }
  const auto report = [watch](int64_t done, int64_t total) {
    if (total <= 0) return;
    const std::scoped_lock lock(watch->mutex);
    watch->stage.share = static_cast<double>(done) / static_cast<double>(total);
  };
  return {.report = report, .cancelled = [watch] { return watch->cancelled.load(); }};
}

void PythonFront::warn(const std::string& sentence) {
  const std::scoped_lock lock(watch_->mutex);
  watch_->warnings.push_back(sentence);
}

void perform(const std::shared_ptr<Watch>& watch, std::function<void()> work, nb::handle progress) {
  refuse_torn_fork();
  ++working;
  std::thread thread;
  try {
    thread = std::thread([watch, work = std::move(work)]() mutable { work_on(watch, work); });
  } catch (const std::system_error&) {
    --working;
    raise(std::current_exception());
  }
  try {
    while (!wait(*watch, kPeriod)) {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      tell(*watch, progress);
    }
    tell(*watch, progress);
  } catch (...) {
    watch->cancelled = true;
    // A step that cannot ask whether it is wanted any more, of LAPACK for example, ends by itself later.
    if (wait(*watch, kPatience)) {
      thread.join();
    } else {
      thread.detach();
    }
    throw;
  }
  {
    const nb::gil_scoped_release released;
    thread.join();
  }
  if (watch->failure) raise(watch->failure);
}

void refuse_torn_fork() {
  if (!torn) return;
  PyErr_SetString(PyExc_RuntimeError,
                  "this process was forked while gramian was at work in another thread of its parent, and has lost "
                  "that thread; start processes by multiprocessing's \"spawn\" or \"forkserver\"");
  throw nb::python_error();
}

void watch_for_forks() { pthread_atfork(nullptr, nullptr, after_fork_in_child); }

}  // namespace gramian::python
