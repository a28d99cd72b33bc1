#include "host/formats/files/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void refuse_usage(const std::string& path, const std::string& what) {
  throw InvalidUsage(printable(path, 4096) + ": " + what);
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const std::string name = path.string();
  // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) refuse_usage(name, "no such file; check the path");
    refuse_usage(name, "cannot be opened: " + std::generic_category().message(errno));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    refuse_usage(name, "cannot be examined: " + std::generic_category().message(errno));
  }
  if (S_ISDIR(status.st_mode)) refuse_usage(name, "is a directory; give a file");
  if (!S_ISREG(status.st_mode)) refuse_usage(name, "is not a regular file; save its content to a file first");
  if (status.st_size == 0) refuse(name, "is empty (0 bytes); download or export it again");

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

MappedFile::~MappedFile() { ::munmap(address_, size_); }

void MappedFile::advise_sequential() const { ::madvise(address_, size_, MADV_SEQUENTIAL); }

}  // namespace gramian::host
