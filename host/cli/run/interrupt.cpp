#include "host/cli/run/interrupt.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>

#include "engine/error.hpp"
#include "host/formats/files/mapped_file.hpp"

namespace gramian::cli {
namespace {

std::atomic<bool> requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

extern "C" void on_signal(int /*number*/) { requested.store(true, std::memory_order_relaxed); }

void say(const char* text) {
  const ssize_t ignored = ::write(STDERR_FILENO, text, std::strlen(text));
  static_cast<void>(ignored);
}

// A page of a mapped file that is not there: somebody has made the file shorter, or the disk cannot be read. Whoever
// asked for the page cannot go on, and nothing of the result has a name yet.
extern "C" void on_bus_error(int number, siginfo_t* info, void* /*context*/) {
  if (const char* const path = host::mapped_file_at(info->si_addr)) {
    constexpr int kData = 3;
    say("gramian: ");
    say(path);
    say(": became shorter, or cannot be read, while it was used; run again when it is whole\n");
    ::_exit(kData);
  }
  std::signal(number, SIG_DFL);  // the same access raises it once more
}

void install(int number, struct sigaction& action) {
  struct sigaction before {};
  // nohup and a shell's background jobs have it ignored, and so it stays.
  if (::sigaction(number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) return;
  ::sigaction(number, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  // SA_RESETHAND: stages that cannot be interrupted (parsing, LAPACK) still end at the second Ctrl-C.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) install(number, action);
  struct sigaction bus {};
  bus.sa_sigaction = on_bus_error;
  bus.sa_flags = SA_SIGINFO;
  sigemptyset(&bus.sa_mask);
  ::sigaction(SIGBUS, &bus, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

bool interrupt_requested() { return requested.load(std::memory_order_relaxed); }

void check_interrupt() {
  if (interrupt_requested()) throw Interrupted("interrupted");
}

}  // namespace gramian::cli
