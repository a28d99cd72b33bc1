#include "host/text/word_forms.hpp"

#include <array>

#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

/// GPT-2's printable stand-ins for bytes, code point -> byte; -1 where a code point stands for none.
std::array<int, 0x144> byte_level_table() {
  std::array<int, 0x144> table{};
  table.fill(-1);
  size_t stand_in = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table[printable ? static_cast<size_t>(byte) : stand_in++] = byte;
  }
  return table;
}

/// The bytes that `text` stands for; `text` itself where it does not come from byte-level BPE or they are not UTF-8.
std::string from_byte_level(std::string_view text) {
  static const auto table = byte_level_table();
  std::string bytes;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t length = utf8_sequence(rest);
    size_t code = static_cast<unsigned char>(rest[0]);
    if (length == 2) code = (code & 0x1f) << 6 | (static_cast<unsigned char>(rest[1]) & 0x3f);
    if (length < 1 || length > 2 || code >= table.size() || table[code] < 0) return std::string(text);
    bytes += static_cast<char>(table[code]);
    rest.remove_prefix(length);
  }
  return is_utf8(bytes) ? bytes : std::string(text);
}

}  // namespace

WordForms::WordForms(const Vocabulary& vocabulary) {
  int64_t bpe = 0;
  int64_t sentence_piece = 0;
  for (int64_t row = 0; row < vocabulary.size(); ++row) {
    bpe += vocabulary[row].starts_with(kBpeSpace) ? 1 : 0;
    sentence_piece += vocabulary[row].starts_with(kSentencePieceSpace) ? 1 : 0;
  }
  const int64_t named = vocabulary.size() - vocabulary.unnamed_count();
  bpe_ = bpe > 0 && bpe >= named / 100;
  sentence_piece_ = sentence_piece > 0 && sentence_piece >= named / 100;
}

std::optional<std::string> WordForms::word(std::string_view token) const {
  const auto after = [&](std::string_view mark) { return token.substr(mark.size()); };
  if (bpe_ && token.starts_with(kBpeSpace)) {
    if (after(kBpeSpace).empty()) return std::nullopt;
    return from_byte_level(after(kBpeSpace));
  }
  if (sentence_piece_ && token.starts_with(kSentencePieceSpace)) {
    if (after(kSentencePieceSpace).empty()) return std::nullopt;
    return std::string(after(kSentencePieceSpace));
  }
  if (bpe_ || sentence_piece_ || token.empty()) return std::nullopt;
  // "###" is a token of its own, "##ing" is WordPiece's continuation.
  if (token.size() > 2 && token.starts_with("##") && token[2] != '#') return std::nullopt;
  return std::string(token);
}

}  // namespace gramian::host
