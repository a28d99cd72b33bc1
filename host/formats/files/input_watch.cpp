#include "host/formats/files/input_watch.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

std::atomic<InputWatch*> living{nullptr};

constexpr int64_t kSecond = 1'000'000'000;

int64_t nanoseconds(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

/// Half of what the process may open is left to everything else.
bool may_keep(int descriptor) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && static_cast<rlim_t>(descriptor) < limit.rlim_cur / 2;
}

/// A file's time moves on in steps. What was written just now could be written again without its time moving, so the
/// step is waited for.
void wait_for_clock(int64_t modified) {
  constexpr int64_t kStep = kSecond / 50;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const int64_t age = nanoseconds(now) - modified;
  if (age < 0 || age > kStep) return;
  const timespec rest{0, kStep - age};
  ::nanosleep(&rest, nullptr);
}

}  // namespace

bool WatchedFile::stamp(int descriptor, Stamp& found) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return false;
  found = {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
  return true;
}

WatchedFile::WatchedFile(std::string path, int opened) : path_(std::move(path)) {
  if (!stamp(opened, was_)) refuse(path_, "cannot be examined: " + std::generic_category().message(errno));
  wait_for_clock(was_.modified);
  if (may_keep(opened)) kept_ = Descriptor(::fcntl(opened, F_DUPFD_CLOEXEC, 3));
}

int WatchedFile::descriptor(Descriptor& opened) const {
  if (kept_.open()) return kept_.get();
  opened = Descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  return opened.get();
}

WatchedFile::State WatchedFile::state() const {
  Descriptor opened;
  Stamp is;
  if (!stamp(descriptor(opened), is)) return State::touched;
  // The name leads to another file now, and the one that was read cannot be asked.
  if (is.device != was_.device || is.number != was_.number) return State::touched;
  if (is.size != was_.size || is.modified != was_.modified) return State::changed;
  return is.changed == was_.changed ? State::same : State::touched;
}

void WatchedFile::read(int64_t offset, std::span<std::byte> bytes) const {
  Descriptor opened;
  const int file = descriptor(opened);
  if (!kept_.open()) {
    Stamp is;
    if (!stamp(file, is) || is.device != was_.device || is.number != was_.number) refuse_changed(path_);
  }
  while (!bytes.empty()) {
    const ssize_t count = ::pread(file, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(path_, "cannot be read: " + std::generic_category().message(errno));
    if (count == 0) refuse_changed(path_);
    offset += count;
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
}

InputWatch::InputWatch() { living = this; }

InputWatch::~InputWatch() { living = nullptr; }

InputWatch* InputWatch::current() { return living; }

void InputWatch::add(const std::string& path, int opened) {
  auto file = std::make_shared<const WatchedFile>(path, opened);
  const std::scoped_lock lock(mutex_);
  files_.push_back(std::move(file));
}

std::vector<std::shared_ptr<const WatchedFile>> InputWatch::files() const {
  const std::scoped_lock lock(mutex_);
  return files_;
}

std::shared_ptr<const WatchedFile> InputWatch::find(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& file : files_) {
    if (file->path() == path) return file;
  }
  return nullptr;
}

void refuse_changed(const std::string& path) { refuse(path, "changed while it was read; run again when it is whole"); }

}  // namespace gramian::host
