#pragma once
// WordPiece: the longest token first, then the longest continuation, and so on.

#include <cstdint>
#include <string>
#include <unordered_map>

#include "engine/vocabulary.hpp"
#include "host/text/pipeline/pipeline.hpp"

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
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view token) const { return std::hash<std::string_view>{}(token); }
  };
  using Tokens = std::unordered_map<std::string, int32_t, Hash, std::equal_to<>>;

  Tokens first_;      // what may begin a word
  Tokens following_;  // what may continue it, without its mark
  size_t longest_token_ = 0;
  WordpieceSettings settings_;
};

}  // namespace gramian::host
