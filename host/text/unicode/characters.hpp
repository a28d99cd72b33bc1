#pragma once
// Code points of text that is known to be UTF-8, and those of their properties that tokenizers ask for.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gramian::host {

struct CodePoint {
  char32_t value;
  size_t bytes;
};

/// The code point that starts at byte `at` of `text`, which is UTF-8.
inline CodePoint code_point_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xe0) return {(lead & 0x1f) << 6 | (byte(1) & 0x3f), 2};
  if (lead < 0xf0) return {(lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f), 3};
  return {(lead & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f), 4};
}

/// The length in bytes that the first byte of a code point, at `at`, announces, cut off at the end of the text. The
/// text need not be UTF-8.
inline size_t announced_bytes(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t bytes = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return bytes < text.size() - at ? bytes : text.size() - at;
}

/// Where the code point before byte `at` (not 0) of `text` starts.
inline size_t code_point_before(std::string_view text, size_t at) {
  do --at;
  while ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  return at;
}

inline void append_utf8(std::string& text, char32_t value) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (value < 0x80) {
    put(value);
    return;
  }
  if (value < 0x800) {
    put(0xc0 | value >> 6);
  } else {
    if (value < 0x10000) {
      put(0xe0 | value >> 12);
    } else {
      put(0xf0 | value >> 18);
      put(0x80 | (value >> 12 & 0x3f));
    }
    put(0x80 | (value >> 6 & 0x3f));
  }
  put(0x80 | (value & 0x3f));
}

/// The classes that the patterns of byte-level BPE tell apart: \p{L}, \p{N}, \s, and all else.
enum class CharacterClass : uint8_t { letter, number, space, other };
CharacterClass character_class(char32_t code);
/// Unicode's White_Space property.
bool is_white_space(char32_t code);
/// Unicode's general categories Nd, Nl and No.
bool is_numeric(char32_t code);
/// Unicode 9's general categories Mn, Mc and Me, as Hugging Face's tokenizers have them.
bool is_mark(char32_t code);

/// Appends the lower-case form of `code`, whatever stands beside it.
void append_lower(std::string& text, char32_t code);
/// Whether a code point of `bytes`, which need not be UTF-8, has a lower-case form other than itself. (Capitals of
/// mathematics have none.)
bool has_capital(std::string_view bytes);

// Hugging Face's tokenizers take these three properties from Unicode 8, for BERT and wherever punctuation is split off.

/// ASCII's symbols count as punctuation.
bool bert_punctuation(char32_t code);
bool bert_nonspacing_mark(char32_t code);
/// Controls, formats, and private use.
bool bert_control(char32_t code);

}  // namespace gramian::host
