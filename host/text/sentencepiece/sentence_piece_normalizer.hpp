#pragma once
// What SentencePiece does to a text before it cuts it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/text/pipeline/byte_trie.hpp"
#include "host/text/sentencepiece/character_map.hpp"
#include "host/text/sentencepiece/sentence_piece_parts.hpp"

namespace gramian::host {

struct SentencePieceText {
  std::string text = {};
  /// Where each byte of `text` comes from, and where the text ends: one more than its bytes.
  std::vector<uint32_t> origin = {};
};

class SentencePieceNormalizer {
 public:
  /// Nothing where the model's table of characters is damaged.
  static std::optional<SentencePieceNormalizer> of(const SentencePieceParts& parts);
  /// Of less than 4 GB.
  SentencePieceText apply(std::string_view text) const;

 private:
  struct Step {
    size_t bytes;
    std::string_view by;
  };
  /// What the text from byte `at` on begins with, and what that becomes.
  Step step(std::string_view text, size_t at) const;

  CharacterMap map_;
  ByteTrie as_it_is_;  // symbols that the user has defined
  bool any_as_it_is_ = false;
  bool add_mark_ = false;
  bool mark_after_words_ = false;
  bool remove_extra_spaces_ = false;
  std::string_view space_;
};

}  // namespace gramian::host
