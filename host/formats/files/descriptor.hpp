#pragma once
// A file descriptor that closes itself.

#include <utility>

namespace gramian::host {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const { return value_; }
  bool open() const { return value_ >= 0; }
  /// 0, or the number of the error: what fails late (a quota, a network file system) fails here.
  int close();
  /// Whoever asks closes it from now on.
  int release() { return std::exchange(value_, -1); }

 private:
  int value_ = -1;
};

}  // namespace gramian::host
