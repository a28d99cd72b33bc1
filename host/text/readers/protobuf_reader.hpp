#pragma once
// Reads messages of Protocol Buffers (protobuf), field by field, as they lie in the bytes (the "wire format").

#include <cstdint>
#include <optional>
#include <string_view>

namespace gramian::host {

struct ProtobufField {
  /// Protobuf's wire types. Groups, which it gave up, are not understood.
  enum class Type : uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };
  uint64_t number = 0;
  Type type = Type::varint;
  uint64_t value = 0;           // of all types but bytes; those of a fixed length are little-endian
  std::string_view bytes = {};  // a string, or a message within the message
};

class ProtobufReader {
 public:
  /// `message` must outlive the fields.
  explicit ProtobufReader(std::string_view message) : rest_(message) {}
  /// The next field; nothing at the end, and where the bytes are damaged.
  std::optional<ProtobufField> next();
  bool damaged() const { return damaged_; }

 private:
  uint64_t varint();
  std::string_view take(uint64_t size);

  std::string_view rest_;
  bool damaged_ = false;
};

}  // namespace gramian::host
