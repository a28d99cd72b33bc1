#pragma once
// What a SentencePiece model says.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace gramian::host {

struct SentencePieceParts {
  enum class Algorithm : uint8_t { unigram = 1, bpe = 2, word = 3, character = 4 };
  enum class Type : uint8_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
  struct Piece {
    std::string_view text = {};
    float score = 0;
    Type type = Type::normal;
    /// Whether text can become this piece; else it is only spoken of.
    bool found_in_text() const { return type == Type::normal || type == Type::user_defined || type == Type::unused; }
  };

  std::vector<Piece> pieces = {};
  Algorithm algorithm = Algorithm::unigram;
  bool byte_fallback = false;
  bool mark_after_words = false;  // "word\u2581", not "\u2581word"
  std::string_view character_map = {};
  bool add_mark = true;  // to the text
  bool remove_extra_spaces = true;
  bool spaces_to_marks = true;
};

/// Of `model` as the library writes it; it must outlive the result. Nothing where it is damaged.
std::optional<SentencePieceParts> sentence_piece_parts(std::string_view model);

}  // namespace gramian::host
