#include "host/formats/files/spooled.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <system_error>

#include "engine/error.hpp"
#include "host/formats/files/bounded_text.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

constexpr const char* kStandardInput = "/dev/stdin";

/// Half of what is free: it is held twice for a moment.
int64_t most_bytes() { return static_cast<int64_t>(::sysconf(_SC_AVPHYS_PAGES)) * ::sysconf(_SC_PAGESIZE) / 2; }

int in_memory(const std::string& path, const std::string& bytes) {
  const int memory = ::memfd_create("gramian", MFD_CLOEXEC);
  size_t done = 0;
  while (memory >= 0 && done < bytes.size()) {
    const ssize_t count = ::write(memory, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<size_t>(count);
  }
  if (memory >= 0 && done == bytes.size()) return memory;
  const int error = errno;
  if (memory >= 0) ::close(memory);
  throw InvalidUsage(printable(path, 4096) + ": cannot be held in memory: " + std::generic_category().message(error));
}

}  // namespace

bool is_stream(const std::string& path) {
  struct stat status {};
  if (::stat(path == "-" ? kStandardInput : path.c_str(), &status) != 0) return path == "-";
  return path == "-" || S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode);
}

int spooled(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, int> held;
  const std::lock_guard lock(mutex);
  const auto known = held.find(path);
  if (known != held.end()) return known->second;
  const std::string bytes = read_bounded(path == "-" ? kStandardInput : path, most_bytes(), [] {});
  return held.emplace(path, in_memory(path, bytes)).first->second;
}

}  // namespace gramian::host
