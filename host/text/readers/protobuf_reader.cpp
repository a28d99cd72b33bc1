#include "host/text/readers/protobuf_reader.hpp"

namespace gramian::host {

uint64_t ProtobufReader::varint() {
  uint64_t value = 0;
  for (int shift = 0; !rest_.empty() && shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_[0]);
    rest_.remove_prefix(1);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  damaged_ = true;
  return 0;
}

std::string_view ProtobufReader::take(uint64_t size) {
  if (size > rest_.size()) {
    damaged_ = true;
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::optional<ProtobufField> ProtobufReader::next() {
  if (damaged_ || rest_.empty()) return std::nullopt;
  const uint64_t tag = varint();
  ProtobufField field{.number = tag >> 3, .type = static_cast<ProtobufField::Type>(tag & 7)};
  const auto little_endian = [&](std::string_view bytes) {
    for (size_t i = bytes.size(); i > 0; --i) {
      field.value = field.value << 8 | static_cast<unsigned char>(bytes[i - 1]);
    }
  };
  switch (field.type) {
    case ProtobufField::Type::varint:
      field.value = varint();
      break;
    case ProtobufField::Type::fixed64:
      little_endian(take(8));
      break;
    case ProtobufField::Type::bytes:
      field.bytes = take(varint());
      break;
    case ProtobufField::Type::fixed32:
      little_endian(take(4));
      break;
    default:
      damaged_ = true;
  }
  if (damaged_) return std::nullopt;
  return field;
}

}  // namespace gramian::host
