#include "host/text/word_forms.hpp"

#include "host/text/pipeline/byte_alphabet.hpp"
#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

/// The text that `token` stands for; `token` itself where it does not come from byte-level BPE or is not UTF-8 then.
std::string spelled_out(std::string_view token) {
  const std::optional<std::string> bytes = from_byte_level(token);
  return bytes && is_utf8(*bytes) ? *bytes : std::string(token);
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
    return spelled_out(after(kBpeSpace));
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

std::string_view word_mark(const Vocabulary& vocabulary) {
  const int64_t named = vocabulary.size() - vocabulary.unnamed_count();
  for (const std::string_view mark : {kBpeSpace, kSentencePieceSpace, std::string_view("##")}) {
    int64_t marked = 0;
    for (int64_t row = 0; row < vocabulary.size(); ++row) {
      marked += vocabulary[row].size() > mark.size() && vocabulary[row].starts_with(mark) ? 1 : 0;
    }
    if (marked > 0 && marked >= named / 100) return mark;
  }
  return {};
}

}  // namespace gramian::host
