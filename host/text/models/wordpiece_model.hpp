#pragma once
// WordPiece: the longest token first, then the longest continuation, and so on.

#include <cstdint>
#include <string>

#include "engine/vocabulary.hpp"
#include "host/text/pipeline/pipeline.hpp"
#include "host/text/pipeline/token_map.hpp"

namespace gramian::host {

struct WordpieceSettings {
  int32_t unknown = -1;
  std::string continuation = "##";
  int64_t longest_word = 100;  // code points; longer ones are unknown
};

/// A word that cannot be cut to its end is unknown as a whole.
class WordpieceModel final : public WordModel {
 public:
  WordpieceModel(const Vocabulary& vocabulary, const WordpieceSettings& settings);
  void encode(std::string_view word, std::vector<Piece>& pieces) const override;

 private:
  TokenMap first_;      // tokens that may begin a word
  TokenMap following_;  // tokens that may continue it, without their mark
  size_t longest_token_ = 0;
  WordpieceSettings settings_;
};

}  // namespace gramian::host
