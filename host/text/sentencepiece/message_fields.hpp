#pragma once
// The fields of a message of Protocol Buffers, as they lie in the bytes.

#include <cstdint>
#include <optional>
#include <string_view>

namespace gramian::host {

struct MessageField {
  enum class Kind : uint8_t { number = 0, eight_bytes = 1, bytes = 2, four_bytes = 5 };
  uint64_t id = 0;
  Kind kind = Kind::number;
  uint64_t number = 0;          // of all kinds but bytes; little-endian
  std::string_view bytes = {};  // a string, or a message within the message
};

class MessageFields {
 public:
  /// `message` must outlive the fields.
  explicit MessageFields(std::string_view message) : rest_(message) {}
  /// The next field; nothing at the end, and where the bytes are damaged.
  std::optional<MessageField> next();
  bool damaged() const { return damaged_; }

 private:
  uint64_t varint();
  std::string_view take(uint64_t size);

  std::string_view rest_;
  bool damaged_ = false;
};

}  // namespace gramian::host
