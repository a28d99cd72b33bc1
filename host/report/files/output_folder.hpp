#pragma once
// Output files that appear whole or not at all.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gramian::host {

/// A file written under a temporary name in its own directory. Unless commit() is called it is removed again.
/// Errors are InvalidUsage: "PATH: cannot write: No space left on device".
class OutputFile {
 public:
  explicit OutputFile(std::filesystem::path path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  void write(std::string_view bytes);
  void write(std::span<const std::byte> bytes);
  /// Puts `bytes` at `offset`, for formats whose parts grow side by side. Not to be mixed with write().
  void write_at(int64_t offset, std::span<const std::byte> bytes);
  /// Everything is handed to the system; what fails late (a quota, a network file system) fails here.
  void close();
  /// close(), then gives the file its name, replacing what had it.
  void commit();

 private:
  [[noreturn]] void fail(const char* what, int error) const;
  void flush();
  void write_out(const char* data, size_t size);

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
  bool exists_ = false;
  std::string buffer_;
};

/// The files of one result. All are complete before the first gets its name, and they get their names in the order in
/// which they were added.
class OutputFolder {
 public:
  /// Creates the directory; it is removed again when it is new and nothing was committed.
  explicit OutputFolder(std::filesystem::path directory);
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  ~OutputFolder();

  OutputFile& add(const std::string& name);
  void commit();

 private:
  std::filesystem::path directory_;
  std::vector<std::filesystem::path> created_;  // outermost first
  std::vector<std::unique_ptr<OutputFile>> files_;
  bool committed_ = false;
};

}  // namespace gramian::host
