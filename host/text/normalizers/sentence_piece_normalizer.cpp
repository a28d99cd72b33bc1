#include "host/text/normalizers/sentence_piece_normalizer.hpp"

#include <string>
#include <utility>

#include "host/text/unicode.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::host {

SentencePieceNormalizer::SentencePieceNormalizer(PrecompiledCharsmap charsmap,
                                                 const std::vector<std::string_view>& user_defined,
                                                 const SentencePieceSpaces& spaces)
    : charsmap_(std::move(charsmap)),
      spaces_(spaces),
      space_(spaces.as_marks ? kSentencePieceSpace : std::string_view(" ")) {
  for (const std::string_view symbol : user_defined) user_defined_.add(symbol, 0);
}

SentencePieceNormalizer::Step SentencePieceNormalizer::step(std::string_view text, size_t at) const {
  const size_t kept = user_defined_.longest(text, at).bytes;
  if (kept > 0) return {kept, text.substr(at, kept)};
  const PrecompiledCharsmap::Match match = charsmap_.longest(text, at);
  if (match.bytes > 0) return {match.bytes, match.by};
  const size_t one = utf8_sequence(text.substr(at));  // none: a table may have strings that end within a character
  return one > 0 ? Step{one, text.substr(at, one)} : Step{1, "\uFFFD"};
}

NormalizedString SentencePieceNormalizer::apply(std::string_view text) const {
  std::string normal;
  std::vector<uint32_t> origins;
  size_t at = 0;
  while (spaces_.remove_extra && at < text.size()) {
    const Step next = step(text, at);
    if (next.by != " ") break;
    at += next.bytes;
  }
  const auto put = [&](std::string_view bytes) {
    normal.append(bytes);
    origins.insert(origins.end(), bytes.size(), static_cast<uint32_t>(at));
  };
  if (at == text.size()) {
    origins.push_back(0);
    return {std::move(normal), std::move(origins)};
  }
  normal.reserve(text.size() + text.size() / 2);
  origins.reserve(text.size() + text.size() / 2);
  if (spaces_.add_mark && !spaces_.mark_after_words) put(space_);
  bool after_space = spaces_.remove_extra;
  while (at < text.size()) {
    const Step next = step(text, at);
    std::string_view by = next.by;
    while (after_space && by.starts_with(' ')) by.remove_prefix(1);
    if (!by.empty()) after_space = spaces_.remove_extra && by.ends_with(' ');
    for (size_t space = by.find(' '); space != std::string_view::npos; space = by.find(' ')) {
      put(by.substr(0, space));
      put(space_);
      by.remove_prefix(space + 1);
    }
    put(by);
    at += next.bytes;
  }
  while (spaces_.remove_extra && normal.ends_with(space_)) {
    const size_t length = normal.size() - space_.size();
    at = origins[length];
    normal.resize(length);
    origins.resize(length);
  }
  if (spaces_.add_mark && spaces_.mark_after_words) put(space_);
  origins.push_back(static_cast<uint32_t>(at));
  return {std::move(normal), std::move(origins)};
}

}  // namespace gramian::host
