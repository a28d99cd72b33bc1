#include "host/text/sentencepiece/sentence_piece_normalizer.hpp"

#include <utility>

#include "host/text/unicode.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::host {

std::optional<SentencePieceNormalizer> SentencePieceNormalizer::of(const SentencePieceParts& parts) {
  auto map = CharacterMap::read(parts.character_map);
  if (!map) return std::nullopt;
  SentencePieceNormalizer normalizer;
  normalizer.map_ = std::move(*map);
  for (const SentencePieceParts::Piece& piece : parts.pieces) {
    if (piece.type != SentencePieceParts::Type::user_defined) continue;
    normalizer.as_it_is_.add(piece.text, 0);
    normalizer.any_as_it_is_ = true;
  }
  normalizer.add_mark_ = parts.add_mark;
  normalizer.mark_after_words_ = parts.mark_after_words;
  normalizer.remove_extra_spaces_ = parts.remove_extra_spaces;
  normalizer.space_ = parts.spaces_to_marks ? kSentencePieceSpace : std::string_view(" ");
  return normalizer;
}

SentencePieceNormalizer::Step SentencePieceNormalizer::step(std::string_view text, size_t at) const {
  if (any_as_it_is_) {
    const size_t kept = as_it_is_.longest(text, at).bytes;
    if (kept > 0) return {kept, text.substr(at, kept)};
  }
  const CharacterMap::Match match = map_.longest(text, at);
  if (match.bytes > 0) return {match.bytes, match.by};
  const size_t one = utf8_sequence(text.substr(at));  // none: a table may have strings that end within a character
  return one > 0 ? Step{one, text.substr(at, one)} : Step{1, "\uFFFD"};
}

SentencePieceText SentencePieceNormalizer::apply(std::string_view text) const {
  SentencePieceText result;
  size_t at = 0;
  while (remove_extra_spaces_ && at < text.size()) {
    const Step next = step(text, at);
    if (next.by != " ") break;
    at += next.bytes;
  }
  const auto put = [&](std::string_view bytes) {
    result.text.append(bytes);
    result.origin.insert(result.origin.end(), bytes.size(), static_cast<uint32_t>(at));
  };
  if (at == text.size()) {
    result.origin.push_back(0);
    return result;
  }
  result.text.reserve(text.size() + text.size() / 2);
  result.origin.reserve(text.size() + text.size() / 2);
  if (add_mark_ && !mark_after_words_) put(space_);
  bool after_space = remove_extra_spaces_;
  while (at < text.size()) {
    const Step next = step(text, at);
    std::string_view by = next.by;
    while (after_space && by.starts_with(' ')) by.remove_prefix(1);
    if (!by.empty()) after_space = remove_extra_spaces_ && by.ends_with(' ');
    for (size_t space = by.find(' '); space != std::string_view::npos; space = by.find(' ')) {
      put(by.substr(0, space));
      put(space_);
      by.remove_prefix(space + 1);
    }
    put(by);
    at += next.bytes;
  }
  while (remove_extra_spaces_ && result.text.ends_with(space_)) {
    const size_t length = result.text.size() - space_.size();
    at = result.origin[length];
    result.text.resize(length);
    result.origin.resize(length);
  }
  if (add_mark_ && mark_after_words_) put(space_);
  result.origin.push_back(static_cast<uint32_t>(at));
  return result;
}

}  // namespace gramian::host
