#include "host/report/drawing/xml_text.hpp"

#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

/// Whether XML 1.0 has no place for the UTF-8 sequence at all.
bool forbidden(std::string_view sequence) {
  if (sequence.size() == 1) {
    const auto byte = static_cast<unsigned char>(sequence[0]);
    return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
  }
  return sequence == "\xef\xbf\xbe" || sequence == "\xef\xbf\xbf";
}

std::string_view reference(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\t':
      return "&#9;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    default:
      return {};
  }
}

}  // namespace

std::string xml_text(std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  while (!bytes.empty()) {
    const size_t length = utf8_sequence(bytes);
    const std::string_view sequence = bytes.substr(0, length == 0 ? 1 : length);
    if (length == 0 || forbidden(sequence)) {
      for (const char c : sequence) {
        const auto byte = static_cast<unsigned char>(c);
        text += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      }
    } else if (const std::string_view escaped = reference(sequence[0]); !escaped.empty()) {
      text += escaped;
    } else {
      text += sequence;
    }
    bytes.remove_prefix(sequence.size());
  }
  return text;
}

}  // namespace gramian::host
