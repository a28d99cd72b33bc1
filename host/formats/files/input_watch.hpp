#pragma once
// Files that are read must stay what they were.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "host/formats/files/descriptor.hpp"

namespace gramian::host {

/// A file as it was when it was opened. It is the file and not the name that counts: another file that takes its name
/// by renaming changes nothing.
class WatchedFile {
 public:
  /// `opened`: a descriptor of the file. A second one is kept, as long as the process has enough of them.
  WatchedFile(std::string path, int opened);

  const std::string& path() const { return path_; }
  int64_t size() const { return was_.size; }
  /// touched: its content has not been written to, or by somebody who set its time back; owner, mode or names are
  /// others.
  enum class State : uint8_t { same, touched, changed };
  State state() const;
  /// Reads into all of `bytes` from `offset` on. Throws InvalidInput when the file has become shorter or fails.
  void read(int64_t offset, std::span<std::byte> bytes) const;

 private:
  struct Stamp {
    uint64_t device = 0;
    uint64_t number = 0;
    int64_t size = 0;
    int64_t modified = 0;  // nanoseconds
    int64_t changed = 0;   // nanoseconds, of anything about it
  };
  static bool stamp(int descriptor, Stamp& found);
  /// The kept descriptor, or `opened` anew from the path.
  int descriptor(Descriptor& opened) const;

  std::string path_;
  Descriptor kept_;
  Stamp was_;
};

/// While it lives, every file that is mapped is remembered with its state. One at a time.
class InputWatch {
 public:
  InputWatch();
  InputWatch(const InputWatch&) = delete;
  InputWatch& operator=(const InputWatch&) = delete;
  ~InputWatch();

  /// The one that lives; none otherwise.
  static InputWatch* current();
  void add(const std::string& path, int opened);
  std::vector<std::shared_ptr<const WatchedFile>> files() const;
  /// By the path that it was opened by.
  std::shared_ptr<const WatchedFile> find(const std::string& path) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const WatchedFile>> files_;
};

/// Throws the InvalidInput for a file that changed.
[[noreturn]] void refuse_changed(const std::string& path);

}  // namespace gramian::host
