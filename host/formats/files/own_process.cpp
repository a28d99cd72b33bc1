#include "host/formats/files/own_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/descriptor.hpp"
#include "host/formats/files/message.hpp"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define GRAMIAN_ADDRESS_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define GRAMIAN_ADDRESS_SANITIZER
#endif
#ifdef GRAMIAN_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace gramian::host {
namespace {

using Work = std::function<std::string(const OwnProcess&)>;

/// What a message in the pipe is. It begins with one of these and the size of the bytes that follow.
enum class Said : uint8_t { report, answer, invalid_input, unsupported, out_of_memory, interrupted };
constexpr size_t kHead = sizeof(Said) + sizeof(uint64_t);
using Counts = std::array<int64_t, 2>;  // what Progress::report is told

[[noreturn]] void refuse_start(std::string_view path, int error) {
  throw OutOfMemory(printable(path, 4096) + ": no process can be started to read it: " +
                    std::generic_category().message(error) + "; end other programs, or raise their limit (ulimit -a)");
}

void write_all(int pipe, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(pipe, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) ::_exit(1);  // nobody listens
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

void say(int pipe, Said said, std::string_view bytes) {
  std::array<char, kHead> head;
  head[0] = static_cast<char>(said);
  const uint64_t size = bytes.size();
  std::memcpy(head.data() + 1, &size, sizeof size);
  write_all(pipe, {head.data(), head.size()});
  write_all(pipe, bytes);
}

/// No handler of this program's may run in the child: one would remove files, another speak to the user. What ends or
/// interrupts the whole group is answered by the parent, which takes the child with it.
void leave_signals() {
  for (int number = 1; number <= SIGRTMAX; ++number) {
    const bool of_the_group = number == SIGINT || number == SIGQUIT || number == SIGTERM || number == SIGHUP;
    std::signal(number, of_the_group ? SIG_IGN : SIG_DFL);  // fails for SIGKILL and SIGSTOP
  }
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

/// Keeps the pipe alone, and returns it. A pipe of another thread's, held open here, would never seem to end.
int leave_descriptors(int pipe) {
  constexpr int kFirst = 3;  // after the standard streams
  const int kept = ::fcntl(pipe, F_DUPFD_CLOEXEC, kFirst);
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (kept < 0 || nowhere < 0) ::_exit(1);
  for (int stream = 0; stream < kFirst; ++stream) ::dup2(nowhere, stream);
  if (kept > kFirst) ::close_range(kFirst, static_cast<unsigned>(kept) - 1, 0);
  ::close_range(static_cast<unsigned>(kept) + 1, ~0U, 0);
  return kept;
}

void answer(int pipe, const Work& work) {
  try {
    say(pipe, Said::answer, work(OwnProcess(pipe)));
  } catch (const InvalidInput& error) {
    say(pipe, Said::invalid_input, error.what());
  } catch (const Unsupported& error) {
    say(pipe, Said::unsupported, error.what());
  } catch (const OutOfMemory& error) {
    say(pipe, Said::out_of_memory, error.what());
  } catch (const std::bad_alloc&) {
    say(pipe, Said::out_of_memory, "memory ran out");
  } catch (const Interrupted& error) {
    say(pipe, Said::interrupted, error.what());
  }
}

[[noreturn]] void live(pid_t parent, int pipe, const Work& work) {
  // A parent that was gone before the first call takes the child with it by the second.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  leave_signals();
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
#ifdef GRAMIAN_ADDRESS_SANITIZER
  __sanitizer_set_death_callback(nullptr);  // a fuzzer's would keep the input, as if the fuzzer itself had died
#endif
  try {
    answer(leave_descriptors(pipe), work);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

/// The child, as its parent sees it.
class Child {
 public:
  /// Forks. Throws OutOfMemory.
  Child(std::string_view path, const Work& work);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Ends it, if it has not ended by itself, and leaves no zombie.
  ~Child();

  /// Appends what it says to `heard`, waiting for it for a short time; false: it will say no more.
  bool listen(std::string& heard);
  /// Ends it.
  void kill();
  /// Whether the system ended it. It has no more to say.
  bool was_killed();

 private:
  /// Whether it has ended. Where SIGCHLD is ignored, or somebody else waits for every child, how it did is not known.
  bool ended();
  bool can_be_read(int milliseconds) const;

  pid_t id_ = -1;
  int status_ = 0;
  bool ended_ = false;
  Descriptor pipe_;
};

Child::Child(std::string_view path, const Work& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) refuse_start(path, errno);
  pipe_ = Descriptor(ends[0]);
  const Descriptor written(ends[1]);
  const pid_t parent = ::getpid();
  sigset_t every;
  sigset_t before;
  sigfillset(&every);
  ::pthread_sigmask(SIG_SETMASK, &every, &before);
  id_ = ::fork();
  if (id_ == 0) live(parent, written.get(), work);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (id_ < 0) refuse_start(path, error);
}

Child::~Child() { kill(); }

void Child::kill() {
  if (ended()) return;
  ::kill(id_, SIGKILL);
  while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
}

bool Child::ended() {
  if (ended_) return true;
  pid_t found = 0;
  do found = ::waitpid(id_, &status_, WNOHANG);
  while (found < 0 && errno == EINTR);
  return ended_ = found != 0;
}

bool Child::was_killed() {
  // The end of the pipe comes a little before the end of the process, unless it has lost the pipe and lives on.
  constexpr int kMostWaits = 100;
  constexpr timespec kWait{0, 1'000'000};
  for (int wait = 0; wait < kMostWaits && !ended(); ++wait) ::nanosleep(&kWait, nullptr);
  return ended_ && WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL;
}

bool Child::can_be_read(int milliseconds) const {
  pollfd pipe{pipe_.get(), POLLIN, 0};
  return ::poll(&pipe, 1, milliseconds) > 0;
}

bool Child::listen(std::string& heard) {
  constexpr int kWait = 50;  // milliseconds
  // Another process may hold the pipe open, so its end is not all that is waited for.
  if (!can_be_read(kWait) && (!ended() || !can_be_read(0))) return !ended_;
  std::array<char, 65536> bytes;
  const ssize_t count = ::read(pipe_.get(), bytes.data(), bytes.size());
  if (count < 0 && errno == EINTR) return true;
  if (count > 0) heard.append(bytes.data(), static_cast<size_t>(count));
  return count > 0;
}

struct Message {
  Said said;
  std::string_view bytes;
};

/// The first message of `heard`, when it is there in full. `broken` becomes true where this can be no message.
std::optional<Message> first_message(std::string_view heard, bool& broken) {
  if (heard.size() < kHead) return std::nullopt;
  const auto said = static_cast<Said>(heard[0]);
  uint64_t size = 0;
  std::memcpy(&size, heard.data() + 1, sizeof size);
  constexpr uint64_t kMostAnswer = uint64_t{1} << 30;
  constexpr uint64_t kMostWords = uint64_t{1} << 16;
  const bool fits =
      said == Said::report ? size == sizeof(Counts) : size <= (said == Said::answer ? kMostAnswer : kMostWords);
  broken = said > Said::interrupted || !fits;
  if (broken || heard.size() - kHead < size) return std::nullopt;
  return Message{said, heard.substr(kHead, static_cast<size_t>(size))};
}

/// Throws what the child threw.
[[noreturn]] void rethrow(const Message& message) {
  const std::string words = printable(message.bytes, 8192);
  switch (message.said) {
    case Said::unsupported:
      throw Unsupported(words);
    case Said::out_of_memory:
      throw OutOfMemory(words);
    case Said::interrupted:
      throw Interrupted(words);
    default:
      throw InvalidInput(words);
  }
}

/// Tells `progress` what the child reports; false where that is nonsense.
bool pass_on(std::string_view bytes, int64_t& before, const Progress& progress) {
  Counts counts{};
  std::memcpy(counts.data(), bytes.data(), sizeof counts);
  const auto [done, total] = counts;
  if (done <= before || done > total) return false;
  before = done;
  if (progress.report) progress.report(done, total);
  return true;
}

/// Nothing, where the child ends without an answer. One that talks nonsense is ended.
std::optional<std::string> hear_out(Child& child, const Progress& progress) {
  std::string heard;
  int64_t done = 0;
  bool broken = false;
  while (child.listen(heard)) {
    progress.check();
    while (const auto message = first_message(heard, broken)) {
      if (message->said == Said::answer) return std::string(message->bytes);
      if (message->said != Said::report) rethrow(*message);
      if (!pass_on(message->bytes, done, progress)) {
        broken = true;
        break;
      }
      heard.erase(0, kHead + message->bytes.size());
    }
    if (!broken) continue;
    child.kill();
    break;
  }
  progress.check();
  return std::nullopt;
}

}  // namespace

void OwnProcess::allow(int64_t seconds) const {
  rusage used{};
  rlimit limit{};
  if (::getrusage(RUSAGE_SELF, &used) != 0 || ::getrlimit(RLIMIT_CPU, &limit) != 0) return;
  const int64_t until = used.ru_utime.tv_sec + used.ru_stime.tv_sec + 2 + seconds;  // both are rounded down
  limit.rlim_cur = std::min(static_cast<rlim_t>(until), limit.rlim_max);
  ::setrlimit(RLIMIT_CPU, &limit);
}

void OwnProcess::report(int64_t done, int64_t total) const {
  const Counts counts{done, total};
  say(pipe_, Said::report, {reinterpret_cast<const char*>(counts.data()), sizeof counts});
}

std::optional<std::string> in_own_process(std::string_view path, const Work& work, const Progress& progress) {
  Child child(path, work);
  auto answer = hear_out(child, progress);
  if (!answer && child.was_killed()) {
    throw OutOfMemory(printable(path, 4096) +
                      ": the process that read it was ended by the system, which lacks memory; end other programs");
  }
  return answer;
}

}  // namespace gramian::host
