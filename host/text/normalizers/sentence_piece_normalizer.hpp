#pragma once
// SentencePiece's normalizer: the charsmap, and what becomes of spaces.

#include <string_view>
#include <vector>

#include "host/text/normalizers/precompiled_charsmap.hpp"
#include "host/text/pipeline/byte_trie.hpp"
#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

struct SentencePieceSpaces {
  bool add_mark = true;           // ▁ before the text
  bool mark_after_words = false;  // "word▁" instead of "▁word"
  bool remove_extra = true;       // at both ends, and all but one in between
  bool as_marks = true;           // ▁ for every space
};

class SentencePieceNormalizer final : public Normalizer {
 public:
  /// `user_defined` symbols are kept as they are.
  SentencePieceNormalizer(PrecompiledCharsmap charsmap, const std::vector<std::string_view>& user_defined,
                          const SentencePieceSpaces& spaces);
  /// Every byte comes from the beginning of the stretch that was replaced, as SentencePiece has it.
  NormalizedString apply(std::string_view text) const override;

 private:
  struct Step {
    size_t bytes;
    std::string_view by;
  };
  /// The stretch that the text from byte `at` on begins with, and what it becomes.
  Step step(std::string_view text, size_t at) const;

  PrecompiledCharsmap charsmap_;
  ByteTrie user_defined_;
  SentencePieceSpaces spaces_;
  std::string_view space_;
};

}  // namespace gramian::host
