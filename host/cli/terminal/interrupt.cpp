#include "host/cli/terminal/interrupt.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>

#include "engine/error.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/report/files/committing.hpp"
#include "host/report/files/unnamed_file.hpp"

namespace gramian::cli {
namespace {

std::atomic<bool> requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

/// Long steps ask for the flag several times a second. Some, LAPACK's above all, cannot ask; and what nobody has
/// answered by then ends the process. That is tidy too: files have no name until they are whole, or a hidden one that
/// goes first.
constexpr int kPatience = 300'000;  // microseconds: half a second, less the end of a process of many pages

void ask_again_in(int microseconds) {
  itimerval time{};
  time.it_value.tv_usec = microseconds;
  ::setitimer(ITIMER_REAL, &time, nullptr);
}

extern "C" void on_signal(int /*number*/) {
  requested.store(true, std::memory_order_relaxed);
  ask_again_in(kPatience);
}

void say(const char* text) {
  const ssize_t ignored = ::write(STDERR_FILENO, text, std::strlen(text));
  static_cast<void>(ignored);
}

bool on_terminal = false;

extern "C" void on_patience_lost(int /*number*/) {
  // A moment more for what is giving names to files.
  if (host::committing()) return ask_again_in(kPatience / 8);
  constexpr int kInterrupted = 130;
  host::remove_hidden_names();
  if (on_terminal) say("\r\x1b[K");  // the line of progress
  say("gramian: interrupted\n");
  ::_exit(kInterrupted);
}

// A page of a mapped file that is not there: somebody has made the file shorter, or the disk cannot be read. Whoever
// asked for the page cannot go on, and nothing of the result has a name yet. All threads may meet such a page at once:
// the first of them speaks, in one piece, and the others wait for the end.
extern "C" void on_bus_error(int number, siginfo_t* info, void* /*context*/) {
  if (const char* const path = host::mapped_file_at(info->si_addr)) {
    static std::atomic_flag speaking = ATOMIC_FLAG_INIT;
    while (speaking.test_and_set()) ::pause();
    constexpr int kData = 3;
    host::remove_hidden_names();
    static std::array<char, 8192> line;
    size_t length = 0;
    for (const char* text :
         {"gramian: ", path, ": became shorter, or cannot be read, while it was used; run again when it is whole\n"}) {
      const size_t more = std::min(std::strlen(text), line.size() - length);
      std::memcpy(line.data() + length, text, more);
      length += more;
    }
    const ssize_t ignored = ::write(STDERR_FILENO, line.data(), length);
    static_cast<void>(ignored);
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
  // SA_RESETHAND: the second Ctrl-C ends the process at once.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) install(number, action);
  on_terminal = ::isatty(STDERR_FILENO) == 1;
  action.sa_handler = on_patience_lost;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGALRM, &action, nullptr);
  struct sigaction bus {};
  bus.sa_sigaction = on_bus_error;
  bus.sa_flags = SA_SIGINFO;
  sigemptyset(&bus.sa_mask);
  ::sigaction(SIGBUS, &bus, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

bool interrupt_requested() { return requested.load(std::memory_order_relaxed); }

void interrupt_answered() { std::signal(SIGALRM, SIG_IGN); }

void check_interrupt() {
  if (interrupt_requested()) throw Interrupted("interrupted");
}

}  // namespace gramian::cli
