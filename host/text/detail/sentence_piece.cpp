#include "host/text/detail/sentence_piece.hpp"

#include <sentencepiece_processor.h>

#include <string>
#include <utility>
#include <vector>

#include "engine/narrow.hpp"
#include "host/formats/mapped_file.hpp"
#include "host/formats/message.hpp"
#include "host/text/detail/edited_text.hpp"

namespace gramian::host {
namespace {

class SentencePiece final : public Tokenizer {
 public:
  explicit SentencePiece(const MappedFile& file) {
    const auto status = processor_.LoadFromSerializedProto(file.bytes());
    if (!status.ok()) {
      refuse(file.path(), "is no model that SentencePiece understands (" + printable(status.error_message(), 200) +
                              "); download the file again");
    }
    if (processor_.GetPieceSize() <= 0) refuse(file.path(), "is a SentencePiece model without pieces");
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
    const auto found = processor_.EncodeAsImmutableProto(valid.text());
    std::vector<TextToken> tokens;
    tokens.reserve(found.pieces_size());
    for (const auto& piece : found.pieces()) tokens.push_back({piece.id(), piece.begin(), piece.end()});
    valid.restore(tokens);
    return tokens;
  }

 private:
  sentencepiece::SentencePieceProcessor processor_;
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
