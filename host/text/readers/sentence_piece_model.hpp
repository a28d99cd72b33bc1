#pragma once
// The file of a SentencePiece model: a protobuf message, sentencepiece_model.proto.

#include <cstdint>
#include <string_view>
#include <vector>

namespace gramian::host {

struct SentencePieceModel {
  enum class Algorithm : uint8_t { unigram = 1, bpe = 2, word = 3, character = 4 };
  enum class Type : uint8_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
  struct Piece {
    std::string_view text = {};
    float score = 0;
    Type type = Type::normal;
    /// Whether a text can become this piece. The others have a name in its place, "<s>" or "<0x41>".
    bool in_texts() const { return type == Type::normal || type == Type::user_defined || type == Type::unused; }
  };

  std::vector<Piece> pieces = {};
  int32_t unknown = -1;  // the piece of that type
  Algorithm algorithm = Algorithm::unigram;
  bool byte_fallback = false;
  bool mark_after_words = false;  // "word\u2581" instead of "\u2581word"
  std::string_view charsmap = {};
  bool add_mark = true;  // to the text
  bool remove_extra_spaces = true;
  bool spaces_to_marks = true;
};

/// Reads the `bytes` of the file `path`, which must outlive the result.
/// Throws InvalidInput, naming `path` and the piece: damaged, no pieces, a piece that is empty or comes twice, has
/// bytes that are no text or a score that is no number; not exactly one unknown piece; pieces of bytes without
/// byte_fallback, or not all of them with it; and, but for unigram models, a piece whose name a text can spell as well.
SentencePieceModel read_sentence_piece_model(std::string_view path, std::string_view bytes);

}  // namespace gramian::host
