#include "host/report/files/unnamed_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

namespace gramian::host {
namespace {

constexpr std::string_view kPrefix = ".gramian-";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
constexpr size_t kRandomLetters = 12;
constexpr int kTries = 16;

/// Hidden, so that `*.npy` does not pick it up; random, so that nobody can lie in wait under that name.
std::string random_name() {
  std::array<unsigned char, kRandomLetters> bytes{};
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    if (count > 0) filled += static_cast<size_t>(count);
  }
  std::string name(kPrefix);
  for (const unsigned char byte : bytes) name += kLetters[byte % kLetters.size()];
  return name;
}

bool is_random_name(std::string_view name) {
  return name.size() == kPrefix.size() + kRandomLetters && name.starts_with(kPrefix) &&
         name.find_first_not_of(kLetters, kPrefix.size()) == std::string_view::npos;
}

/// Whether `name` in `directory` still leads to what is open as `opened`.
bool same_entry(int directory, const std::string& name, int opened) {
  struct stat by_name {};
  struct stat by_descriptor {};
  return ::fstatat(directory, name.c_str(), &by_name, AT_SYMLINK_NOFOLLOW) == 0 &&
         ::fstat(opened, &by_descriptor) == 0 && by_name.st_ino == by_descriptor.st_ino &&
         by_name.st_dev == by_descriptor.st_dev;
}

/// Locks what was just made under a hidden name. Between the two another run may have taken it for abandoned.
bool lock_new(int directory, const std::string& name, int opened) {
  if (::flock(opened, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  return same_entry(directory, name, opened);
}

void remove_files_in(int folder) {
  for (const std::string& entry : entries_of(folder).value_or(std::vector<std::string>())) {
    ::unlinkat(folder, entry.c_str(), 0);
  }
}

/// Hidden names of files, where a signal handler finds them. What has no place here waits for the next run.
struct HiddenName {
  enum State : int { kFree, kChanging, kNamed };
  std::atomic<int> state{kFree};
  int directory = -1;
  std::array<char, kPrefix.size() + kRandomLetters + 1> name{};
};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only look at lock-free atomics");
std::array<HiddenName, 32> hidden_names;

void remember_hidden(int directory, const std::string& name) {
  for (HiddenName& each : hidden_names) {
    int free = HiddenName::kFree;
    if (!each.state.compare_exchange_strong(free, HiddenName::kChanging)) continue;
    each.directory = directory;
    each.name.fill('\0');
    std::copy_n(name.begin(), std::min(name.size(), each.name.size() - 1), each.name.begin());
    each.state = HiddenName::kNamed;
    return;
  }
}

void forget_hidden(const std::string& name) {
  for (HiddenName& each : hidden_names) {
    if (each.state == HiddenName::kNamed && name == each.name.data()) each.state = HiddenName::kFree;
  }
}

std::string through_proc(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

bool lacks_unnamed_files(int error) {
  return error == EOPNOTSUPP || error == EISDIR || error == EINVAL || error == ENOENT;
}

}  // namespace

UnnamedFile::UnnamedFile(InMemory /*where*/) : file_(::memfd_create("gramian", MFD_CLOEXEC)) {
  if (!file_.open()) error_ = errno;
}

UnnamedFile::UnnamedFile(int directory) : directory_(::fcntl(directory, F_DUPFD_CLOEXEC, 3)) {
  if (!directory_.open()) {
    error_ = errno;
    return;
  }
  file_ = Descriptor(::openat(directory_.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666));
  if (file_.open()) {
    // Its name will be made through /proc, which not every container has.
    if (::access(through_proc(file_.get()).c_str(), F_OK) == 0) {
      ::flock(file_.get(), LOCK_EX | LOCK_NB);
      return;
    }
    file_.close();
  } else if (!lacks_unnamed_files(errno)) {
    error_ = errno;
    return;
  }
  for (int tries = 0; tries < kTries; ++tries) {
    hidden_ = random_name();
    file_ = Descriptor(
        ::openat(directory_.get(), hidden_.c_str(), O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, 0666));
    error_ = file_.open() ? 0 : errno;
    if (file_.open() && lock_new(directory_.get(), hidden_, file_.get())) {
      remember_hidden(directory_.get(), hidden_);
      return;
    }
    file_.close();
    if (error_ != 0 && error_ != EEXIST) break;
  }
  hidden_.clear();
  if (error_ == 0) error_ = EBUSY;
}

UnnamedFile::~UnnamedFile() {
  if (hidden_.empty()) return;
  ::unlinkat(directory_.get(), hidden_.c_str(), 0);
  forget_hidden(hidden_);
}

int UnnamedFile::link(int directory, const std::string& name) {
  if (hidden_.empty()) {
    const std::string own = through_proc(file_.get());
    return ::linkat(AT_FDCWD, own.c_str(), directory, name.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
  }
  if (::linkat(directory_.get(), hidden_.c_str(), directory, name.c_str(), 0) == 0) {
    ::unlinkat(directory_.get(), hidden_.c_str(), 0);
    forget_hidden(std::exchange(hidden_, {}));
    return 0;
  }
  if (errno != EPERM && errno != EOPNOTSUPP) return errno;
  // A file system without hard links.
  struct stat there {};
  if (::fstatat(directory, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0) return EEXIST;
  if (::renameat(directory_.get(), hidden_.c_str(), directory, name.c_str()) != 0) return errno;
  forget_hidden(std::exchange(hidden_, {}));
  return 0;
}

int UnnamedFile::replace(int directory, const std::string& name) {
  if (hidden_.empty()) {
    const int error = link(directory, name);
    if (error != EEXIST) return error;
    std::string passing = random_name();
    if (const int failed = link(directory, passing); failed != 0) return failed;
    directory_ = Descriptor(::fcntl(directory, F_DUPFD_CLOEXEC, 3));
    hidden_ = std::move(passing);
  }
  if (::renameat(directory_.get(), hidden_.c_str(), directory, name.c_str()) != 0) return errno;
  forget_hidden(std::exchange(hidden_, {}));
  return 0;
}

int UnnamedFile::close() { return file_.close(); }

StagingFolder::StagingFolder(int parent) : parent_(parent) {
  for (int tries = 0; tries < kTries; ++tries) {
    name_ = random_name();
    if (::mkdirat(parent_, name_.c_str(), 0777) == 0) {
      folder_ = Descriptor(::openat(parent_, name_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      error_ = folder_.open() ? 0 : errno;
      if (folder_.open() && lock_new(parent_, name_, folder_.get())) return;
      folder_.close();
    } else {
      error_ = errno;
    }
    if (error_ != 0 && error_ != EEXIST && error_ != ENOENT) break;
  }
  name_.clear();
  if (error_ == 0) error_ = EBUSY;
}

StagingFolder::~StagingFolder() {
  if (name_.empty() || !folder_.open()) return;
  remove_files_in(folder_.get());
  ::unlinkat(parent_, name_.c_str(), AT_REMOVEDIR);
}

void remove_hidden_names() {
  for (const HiddenName& each : hidden_names) {
    if (each.state == HiddenName::kNamed) ::unlinkat(each.directory, each.name.data(), 0);
  }
}

void remove_abandoned(int directory) {
  for (const std::string& name : entries_of(directory).value_or(std::vector<std::string>())) {
    if (!is_random_name(name)) continue;
    const Descriptor found(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!found.open() || ::fstat(found.get(), &status) != 0 || status.st_uid != ::geteuid()) continue;
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) continue;
    // Locked: somebody is writing it.
    if (::flock(found.get(), LOCK_EX | LOCK_NB) != 0 || !same_entry(directory, name, found.get())) continue;
    if (S_ISDIR(status.st_mode)) remove_files_in(found.get());
    ::unlinkat(directory, name.c_str(), S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
  }
}

std::optional<std::vector<std::string>> entries_of(int directory) {
  struct CloseDirectory {
    void operator()(DIR* stream) const { ::closedir(stream); }
  };
  std::vector<std::string> names;
  Descriptor copy(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, CloseDirectory> stream(copy.open() ? ::fdopendir(copy.get()) : nullptr);
  if (!stream) return std::nullopt;
  copy.release();  // the stream closes it
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

}  // namespace gramian::host
