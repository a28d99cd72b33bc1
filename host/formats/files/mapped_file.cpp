#include "host/formats/files/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/descriptor.hpp"
#include "host/formats/files/input_watch.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/files/spooled.hpp"

namespace gramian::host {
namespace {

/// Mappings, for a signal handler to look into: nothing but lock-free numbers. A mapping without a place here is not
/// known to it, which costs a clear message.
struct Mapping {
  std::atomic<uintptr_t> begin{0};
  std::atomic<size_t> size{0};
  std::atomic<const char*> shown{nullptr};
};
constexpr size_t kMostMappings = 4096;
std::array<Mapping, kMostMappings> mappings;
static_assert(std::atomic<uintptr_t>::is_always_lock_free && std::atomic<const char*>::is_always_lock_free);

[[noreturn]] void refuse_usage(const std::string& path, const std::string& what) {
  throw InvalidUsage(printable(path, 4096) + ": " + what);
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const std::string name = path.string();
  // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
  const Descriptor file(is_stream(name) ? ::fcntl(spooled(name), F_DUPFD_CLOEXEC, 0)
                                        : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.open()) {
    if (errno == ENOENT || errno == ENOTDIR) throw NoSuchFile(printable(name, 4096) + ": no such file; check the path");
    refuse_usage(name, "cannot be opened: " + std::generic_category().message(errno));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    refuse_usage(name, "cannot be examined: " + std::generic_category().message(errno));
  }
  if (S_ISDIR(status.st_mode)) refuse_usage(name, "is a directory; give a file");
  if (!S_ISREG(status.st_mode)) refuse_usage(name, "is not a regular file; save its content to a file first");
  if (status.st_size == 0) refuse(name, "is empty (0 bytes); download or export it again");

  if (InputWatch* const watch = InputWatch::current()) watch->add(name, file.get());
  const auto size = static_cast<size_t>(status.st_size);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) refuse_usage(name, "cannot be mapped: " + std::generic_category().message(errno));
  try {
    return std::shared_ptr<const MappedFile>(new MappedFile(name, address, size));
  } catch (...) {
    ::munmap(address, size);
    throw;
  }
}

MappedFile::MappedFile(std::string path, void* address, size_t size)
    : path_(std::move(path)), shown_(printable(path_, 4096)), address_(address), size_(size) {
  for (Mapping& mapping : mappings) {
    uintptr_t none = 0;
    if (!mapping.begin.compare_exchange_strong(none, reinterpret_cast<uintptr_t>(address_))) continue;
    mapping.shown = shown_.c_str();
    mapping.size = size_;
    return;
  }
}

MappedFile::~MappedFile() {
  for (Mapping& mapping : mappings) {
    if (mapping.begin != reinterpret_cast<uintptr_t>(address_)) continue;
    mapping.size = 0;
    mapping.shown = nullptr;
    mapping.begin = 0;
    break;
  }
  ::munmap(address_, size_);
}

void MappedFile::advise_sequential() const { ::madvise(address_, size_, MADV_SEQUENTIAL); }

const char* mapped_file_at(const void* address) {
  const auto at = reinterpret_cast<uintptr_t>(address);
  for (const Mapping& mapping : mappings) {
    const uintptr_t begin = mapping.begin;
    const char* const shown = mapping.shown;
    // The last page is whole, however short the file.
    constexpr size_t kPage = 65536;
    if (begin != 0 && shown != nullptr && at >= begin && at - begin < (mapping.size + kPage - 1) / kPage * kPage) {
      return shown;
    }
  }
  return nullptr;
}

}  // namespace gramian::host
