#include "host/formats/files/bounded_text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "engine/error.hpp"
#include "host/formats/files/descriptor.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

[[noreturn]] void refuse_usage(const std::string& path, const std::string& what) {
  throw InvalidUsage(printable(path, 4096) + ": " + what);
}

}  // namespace

std::string read_bounded(const std::string& path, int64_t most, const std::function<void()>& check) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kPatience = std::chrono::seconds(10);
  constexpr int kPause = 100;  // milliseconds
  const auto reason = [] { return std::generic_category().message(errno); };
  // O_NONBLOCK: opening a pipe that nobody writes to, and reading one that waits, must not hang.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.open() && errno == ENOENT) throw NoSuchFile(printable(path, 4096) + ": no such file; check the path");
  if (!file.open()) refuse_usage(path, "cannot be read: " + reason());
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) refuse_usage(path, "cannot be examined: " + reason());
  if (S_ISDIR(status.st_mode)) refuse_usage(path, "is a directory");
  std::string text;
  const auto start = Clock::now();
  std::array<char, 65536> piece{};
  while (true) {
    check();
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) refuse_usage(path, "cannot be read: " + reason());
    if (count > 0) {
      text.append(piece.data(), static_cast<size_t>(count));
      if (std::ssize(text) > most) refuse_usage(path, "holds more than " + std::to_string(most) + " bytes");
      continue;
    }
    // Nothing, and nobody has the other end: the pipe's writer may be yet to come.
    const bool waits = count == 0 && S_ISFIFO(status.st_mode) && text.empty();
    if (count == 0 && !waits) return text;
    if (waits && Clock::now() - start > kPatience) refuse_usage(path, "is a pipe into which nobody writes");
    pollfd state{file.get(), POLLIN, 0};
    if (::poll(&state, 1, kPause) > 0 && count == 0 && (state.revents & POLLIN) == 0) return text;
  }
}

}  // namespace gramian::host
