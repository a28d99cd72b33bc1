#pragma once
// GPT-2's printable stand-ins for bytes: a token of byte-level BPE spells each of its bytes as one code point.

#include <optional>
#include <string>
#include <string_view>

namespace gramian::host {

/// The code point that stands for `byte`: itself where it is printable Latin-1, else one from U+0100 on.
char32_t byte_stand_in(unsigned char byte);
/// The bytes that `text` stands for; nothing where it has a code point that stands for none, or is not UTF-8.
std::optional<std::string> from_byte_level(std::string_view text);

}  // namespace gramian::host
