#include "host/text/pipeline/byte_alphabet.hpp"

#include <array>

#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

constexpr size_t kCharacters = 0x144;

struct Tables {
  std::array<char32_t, 256> character{};
  std::array<int, kCharacters> byte{};  // -1 where a code point spells none
};

const Tables& tables() {
  static const Tables made = [] {
    Tables all;
    all.byte.fill(-1);
    char32_t beyond = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
      const bool printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
      const char32_t code = printable ? byte : beyond++;
      all.character[byte] = code;
      all.byte[code] = static_cast<int>(byte);
    }
    return all;
  }();
  return made;
}

}  // namespace

char32_t byte_level_character(unsigned char byte) { return tables().character[byte]; }

std::optional<std::string> from_byte_level(std::string_view text) {
  const auto& byte = tables().byte;
  std::string bytes;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t length = utf8_sequence(rest);
    size_t code = static_cast<unsigned char>(rest[0]);
    if (length == 2) code = (code & 0x1f) << 6 | (static_cast<unsigned char>(rest[1]) & 0x3f);
    if (length < 1 || length > 2 || code >= kCharacters || byte[code] < 0) return std::nullopt;
    bytes += static_cast<char>(byte[code]);
    rest.remove_prefix(length);
  }
  return bytes;
}

}  // namespace gramian::host
