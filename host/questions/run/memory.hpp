#pragma once
// The budget of memory, and how it is shared out.

#include <cstdint>
#include <optional>
#include <string>

namespace gramian::questions {

class Memory {
 public:
  /// `limit` as typed, "4G"; without one, what the system has free. Throws InvalidUsage.
  explicit Memory(const std::optional<std::string>& limit);
  /// Bytes; 0 where no limit was given.
  int64_t given() const { return given_; }
  /// Bytes that may be used now.
  double available() const;
  /// Throws OutOfMemory, ending with `remedy`, when `bytes` are more than what is available.
  void require(double bytes, const std::string& remedy = "--limit takes fewer rows") const;
  /// Bytes that a sweep over n rows may keep of values inside brackets, after `fixed` bytes, which are required.
  int64_t plan_sweep(double fixed, int64_t n) const;

 private:
  std::string text_;
  int64_t given_ = 0;
};

}  // namespace gramian::questions
