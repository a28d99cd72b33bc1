#include "host/text/sentencepiece/sentence_piece.hpp"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/text/pipeline/edited_text.hpp"
#include "host/text/sentencepiece/character_map.hpp"
#include "host/text/sentencepiece/sentence_piece_normalizer.hpp"
#include "host/text/sentencepiece/sentence_piece_pairs.hpp"
#include "host/text/sentencepiece/sentence_piece_parts.hpp"
#include "host/text/sentencepiece/sentence_piece_unigram.hpp"
#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

using Algorithm = SentencePieceParts::Algorithm;

std::string byte_piece(unsigned byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">";
}

/// The library opens the model and cuts by those that are not understood here; its own cutting is slow.
class SentencePiece final : public Tokenizer {
 public:
  explicit SentencePiece(const MappedFile& file) {
    // Before the library, which follows such a table out of its memory.
    const auto said = sentence_piece_parts(file.bytes());
    if (said && !CharacterMap::read(said->character_map)) refuse_table(file);
    const auto status = processor_.LoadFromSerializedProto(file.bytes());
    if (!status.ok()) {
      refuse(file.path(), "is no model that SentencePiece understands (" + printable(status.error_message(), 200) +
                              "); download the file again");
    }
    if (processor_.GetPieceSize() <= 0) refuse(file.path(), "is a SentencePiece model without pieces");
    // As the library has read it: of a field that comes twice, say, the one that counts.
    understand(file, processor_.serialized_model_proto());
  }

  std::string kind() const override { return "SentencePiece"; }
  int64_t size() const override { return processor_.GetPieceSize(); }
  std::string_view token(int64_t id) const override {
    return id >= 0 && id < size() ? std::string_view(processor_.IdToPiece(static_cast<int>(id))) : std::string_view();
  }

  std::vector<TextToken> encode(std::string_view text) const override {
    EditedText valid = as_utf8(text);
    if (valid.text().size() >= UINT32_MAX / 4) {
      throw InvalidInput("SentencePiece takes texts of less than 1 GB; give the text in parts, or its ids");
    }
    std::vector<TextToken> tokens = model_ ? here(valid.text()) : by_library(valid.text());
    valid.restore(tokens);
    return tokens;
  }

 private:
  [[noreturn]] static void refuse_table(const MappedFile& file) {
    refuse(file.path(), "is a SentencePiece model whose table of characters is damaged; download the file again");
  }

  void understand(const MappedFile& file, const std::string& model) {
    const auto parts = sentence_piece_parts(model);
    if (!parts || std::ssize(parts->pieces) != size()) return;
    normalizer_ = SentencePieceNormalizer::of(*parts);
    if (!normalizer_) refuse_table(file);
    const bool plain = std::ranges::all_of(parts->pieces, [](const SentencePieceParts::Piece& piece) {
      return is_utf8(piece.text) && piece.text.find('\0') == std::string_view::npos;
    });
    if (!plain) return;
    unknown_ = processor_.unk_id();
    if (parts->algorithm == Algorithm::bpe) model_ = SentencePiecePairs::of(*parts, unknown_);
    if (parts->algorithm == Algorithm::unigram) {
      model_ = std::make_unique<SentencePieceUnigram>(*parts, unknown_);
    }
    bytes_for_unknown_ = parts->byte_fallback;
    for (unsigned byte = 0; byte < byte_ids_.size(); ++byte) byte_ids_[byte] = processor_.PieceToId(byte_piece(byte));
  }

  std::vector<TextToken> here(std::string_view text) const {
    const SentencePieceText normal = normalizer_->apply(text);
    std::vector<WordModel::Piece> pieces;
    model_->encode(normal.text, pieces);
    std::vector<TextToken> tokens;
    tokens.reserve(pieces.size());
    bool after_unknown = false;
    for (const WordModel::Piece& piece : pieces) {
      const TextToken token = {piece.id, normal.origin[piece.begin], normal.origin[piece.end]};
      const bool unknown = piece.id == unknown_;
      if (unknown && bytes_for_unknown_) {
        for (uint32_t at = piece.begin; at < piece.end; ++at) {
          const auto byte = static_cast<unsigned char>(normal.text[at]);
          // The last byte has the whole character.
          tokens.push_back({byte_ids_[byte], token.begin, at + 1 == piece.end ? token.end : token.begin});
        }
      } else if (unknown && after_unknown) {
        tokens.back().end = token.end;
      } else {
        tokens.push_back(token);
      }
      after_unknown = unknown;
    }
    return tokens;
  }

  std::vector<TextToken> by_library(std::string_view text) const {
    const auto found = processor_.EncodeAsImmutableProto(text);
    std::vector<TextToken> tokens;
    tokens.reserve(found.pieces_size());
    for (const auto& piece : found.pieces()) tokens.push_back({piece.id(), piece.begin(), piece.end()});
    return tokens;
  }

  sentencepiece::SentencePieceProcessor processor_;
  std::optional<SentencePieceNormalizer> normalizer_;
  std::unique_ptr<WordModel> model_;  // null: by the library
  int32_t unknown_ = 0;
  bool bytes_for_unknown_ = false;
  std::array<int32_t, 256> byte_ids_{};
};

}  // namespace

bool looks_like_sentence_piece(std::string_view bytes) {
  // Field 1 of the model, of one byte in length; in it field 1, a string.
  constexpr char kFirstField = 0x0a;
  return bytes.size() > 4 && bytes[0] == kFirstField && static_cast<unsigned char>(bytes[1]) < 0x80 &&
         bytes[2] == kFirstField && static_cast<unsigned char>(bytes[3]) + 2 <= static_cast<unsigned char>(bytes[1]);
}

std::unique_ptr<Tokenizer> open_sentence_piece(const std::filesystem::path& path) {
  return std::make_unique<SentencePiece>(*MappedFile::open(path));
}

}  // namespace gramian::host
