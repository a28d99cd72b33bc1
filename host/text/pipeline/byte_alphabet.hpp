#pragma once
// Byte-level BPE's alphabet: GPT-2's tokens spell each of their bytes as one printable code point.

#include <optional>
#include <string>
#include <string_view>

namespace gramian::host {

/// The code point that spells `byte`: itself where it is printable Latin-1, else one from U+0100 on.
char32_t byte_level_character(unsigned char byte);
/// The bytes that `text` spells; nothing where it has a code point that spells none, or is not UTF-8.
std::optional<std::string> from_byte_level(std::string_view text);

}  // namespace gramian::host
