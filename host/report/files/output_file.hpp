#pragma once
// Output files that appear whole or not at all.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gramian::host {

class Sha256;
class UnnamedFile;

/// A file that has no name before commit(); without that nothing is left of it, even when the process is killed.
/// Errors are InvalidUsage: "PATH: cannot be written: No space left on device".
class OutputFile {
 public:
  /// Refuses directories, devices, pipes and the like at `path`; a symbolic link will be replaced, not followed.
  explicit OutputFile(const std::filesystem::path& path);
  /// In memory: a file that never gets a name.
  static std::unique_ptr<OutputFile> in_memory(std::string name);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  void write(std::string_view bytes);
  void write(std::span<const std::byte> bytes);
  /// Puts `bytes` at `offset`, for formats whose parts grow side by side. Not to be mixed with write().
  void write_at(int64_t offset, std::span<const std::byte> bytes);
  /// Everything lies on the disk; what fails late (a quota, a network file system) fails here.
  void finish();
  /// finish(), then gives the file its name, replacing what had it.
  void commit();

  /// After finish(): opened for reading, until this goes.
  int descriptor() const;
  /// After finish(). Hashing what was written by write_at reads it again; `check` is called now and then and may throw.
  int64_t bytes() const { return bytes_; }
  std::string sha256(const std::function<void()>& check);

 private:
  friend class OutputFolder;
  /// A file of a folder that is open as `directory`.
  OutputFile(int directory, std::string shown);
  OutputFile(std::unique_ptr<UnnamedFile> file, std::string shown);

  [[noreturn]] void fail(const char* what, int error) const;
  void flush();
  void write_out(const char* data, size_t size);

  std::string shown_;  // the path, for messages
  std::string name_;
  int directory_ = -1;  // kept open for commit(); none in a folder
  std::unique_ptr<UnnamedFile> file_;
  std::unique_ptr<Sha256> running_;  // of what write() was given; none once write_at has been called
  std::string sum_;
  std::string buffer_;
  int64_t bytes_ = 0;
  bool in_memory_ = false;
  bool finished_ = false;
};

}  // namespace gramian::host
