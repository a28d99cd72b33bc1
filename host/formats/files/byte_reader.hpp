#pragma once
// Binary headers read field by field, no field beyond the end.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace gramian::host {

static_assert(std::endian::native == std::endian::little, "fields of files are little-endian, and so must be memory");

/// Walks `bytes`, which start at byte `base` of the file `path`. What does not fit into the rest throws InvalidInput
/// that names the byte and `what` was being read there.
class ByteReader {
 public:
  ByteReader(std::string_view path, std::string_view bytes, int64_t base = 0)
      : path_(path), bytes_(bytes), base_(base) {}

  /// A little-endian number.
  template <class T>
  T number(std::string_view what) {
    static_assert(std::is_arithmetic_v<T>);
    T value;
    std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
    return value;
  }
  /// The next `count` bytes.
  std::string_view take(uint64_t count, std::string_view what) {
    if (count > remaining()) refuse_cut_off(what);
    const std::string_view taken = bytes_.substr(at_, static_cast<size_t>(count));
    at_ += static_cast<size_t>(count);
    return taken;
  }
  /// Up to the next `delimiter`, which is taken too but not returned.
  std::string_view take_until(char delimiter, std::string_view what);

  uint64_t remaining() const { return bytes_.size() - at_; }
  /// In the file.
  int64_t position() const { return base_ + static_cast<int64_t>(at_); }
  std::string_view path() const { return path_; }

 private:
  [[noreturn]] void refuse_cut_off(std::string_view what) const;

  std::string_view path_;
  std::string_view bytes_;
  int64_t base_;
  size_t at_ = 0;
};

}  // namespace gramian::host
