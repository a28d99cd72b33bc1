#pragma once
// The word that a token stands for, if it stands for one.

#include <optional>
#include <string>
#include <string_view>

#include "engine/vocabulary.hpp"

namespace gramian::host {

inline constexpr std::string_view kBpeSpace = "\u0120";            // Ġ: a space before the token, byte-level BPE
inline constexpr std::string_view kSentencePieceSpace = "\u2581";  // ▁

/// Knows how a vocabulary marks the beginnings of words. It marks them by Ġ or ▁ when at least one token in a hundred
/// starts so: single words of other vocabularies do too (the Maltese Ġorġ).
class WordForms {
 public:
  explicit WordForms(const Vocabulary& vocabulary);

  /// The word of `token`, or nothing for a piece that continues one: `##ing`; in a vocabulary that marks beginnings,
  /// whatever is not marked. Where Ġ marks, characters that stand for bytes are turned back: ĠcafÃ© is café.
  std::optional<std::string> word(std::string_view token) const;

 private:
  bool bpe_ = false;
  bool sentence_piece_ = false;
};

/// What a vocabulary has in front of tokens that begin a word, Ġ or ▁, or of pieces that go on with one, ##: in at
/// least one token of a hundred. Empty where there is no such mark.
std::string_view word_mark(const Vocabulary& vocabulary);

}  // namespace gramian::host
