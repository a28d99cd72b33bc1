#include "host/formats/files/message.hpp"

#include "engine/error.hpp"

namespace gramian::host {
namespace {

// Length of the printable UTF-8 sequence at the start of `s`; 0 when there is none.
size_t printable_sequence(std::string_view s) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7f ? 1 : 0;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || s.size() < length) return 0;
  uint32_t code = lead & (0xffu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  const bool breaks_line = code < 0xa0 || code == 0x2028 || code == 0x2029;
  // Marks, embeddings, overrides and isolates of direction: a line would read other than it is written.
  const bool turns_line = code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
                          (code >= 0x2066 && code <= 0x2069);
  return overlong || surrogate || breaks_line || turns_line || code > 0x10ffff ? 0 : length;
}

}  // namespace

std::string printable(std::string_view bytes, size_t limit) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  while (!bytes.empty()) {
    if (out.size() >= limit) return out + "...";
    size_t length = printable_sequence(bytes);
    if (length == 0) {
      const auto byte = static_cast<unsigned char>(bytes[0]);
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      length = 1;
    } else {
      out += bytes.substr(0, length);
    }
    bytes.remove_prefix(length);
  }
  return out;
}

std::string in_quotes(std::string_view bytes, size_t limit) {
  std::string out = "'";
  out += printable(bytes, limit);
  return out += '\'';
}

void refuse(std::string_view path, const std::string& what) { throw InvalidInput(printable(path, 4096) + ": " + what); }

void refuse_at_byte(std::string_view path, int64_t byte, const std::string& what) {
  refuse(path, "byte " + std::to_string(byte) + ": " + what);
}

void refuse_at_line(std::string_view path, int64_t line, const std::string& what) {
  refuse(path, "line " + std::to_string(line) + ": " + what);
}

}  // namespace gramian::host
