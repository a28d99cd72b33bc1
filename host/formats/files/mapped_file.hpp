#pragma once
// A whole file as read-only memory.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace gramian::host {

/// A read-only mapping of a file, never of size 0. Shared, so that a matrix can keep its file alive.
/// A file that another process shortens while it is mapped, or a disk that fails, raises SIGBUS on access;
/// mapped_file_at tells a handler whose file it was.
class MappedFile {
 public:
  /// Throws InvalidUsage (no such file, no permission, a directory, a pipe) or InvalidInput (0 bytes).
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);

  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// As it was given to open.
  const std::string& path() const { return path_; }
  std::string_view bytes() const { return {static_cast<const char*>(address_), size_}; }
  int64_t size() const { return static_cast<int64_t>(size_); }
  const std::byte* data() const { return static_cast<const std::byte*>(address_); }

  /// Tells the kernel that one pass from front to back follows.
  void advise_sequential() const;

 private:
  MappedFile(std::string path, void* address, size_t size);

  std::string path_;
  std::string shown_;  // the path, printable
  void* address_;
  size_t size_;
};

/// The printable path of the file that is mapped at `address`; null where none is. May be called by a signal handler.
const char* mapped_file_at(const void* address);

}  // namespace gramian::host
