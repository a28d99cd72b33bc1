#include "host/text/readers/sentence_piece_model.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <string>
#include <unordered_map>

#include "engine/narrow.hpp"
#include "host/formats/files/message.hpp"
#include "host/text/models/unknown_pieces.hpp"
#include "host/text/readers/protobuf_reader.hpp"
#include "host/text/unicode.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {
namespace {

using Piece = SentencePieceModel::Piece;
using Type = SentencePieceModel::Type;
using Wire = ProtobufField::Type;

/// Calls `with` for every field of `message`; false where it is damaged.
template <class With>
bool each_field(std::string_view message, const With& with) {
  ProtobufReader fields(message);
  while (const auto field = fields.next()) {
    if (!with(*field)) return false;
  }
  return !fields.damaged();
}

bool is(const ProtobufField& field, uint64_t number, Wire type) { return field.number == number && field.type == type; }

/// Protobuf ignores a number that the enumeration does not have.
template <class Enumeration>
void read_known(const ProtobufField& field, Enumeration last, Enumeration& value) {
  if (field.value >= 1 && field.value <= static_cast<uint64_t>(last)) value = static_cast<Enumeration>(field.value);
}

bool read_piece(std::string_view message, SentencePieceModel& model) {
  Piece piece;
  const bool whole = each_field(message, [&](const ProtobufField& field) {
    if (is(field, 1, Wire::bytes)) piece.text = field.bytes;
    if (is(field, 2, Wire::fixed32)) piece.score = std::bit_cast<float>(static_cast<uint32_t>(field.value));
    if (is(field, 3, Wire::varint)) read_known(field, Type::byte, piece.type);
    return true;
  });
  model.pieces.push_back(piece);
  return whole;
}

bool read_trainer(std::string_view message, SentencePieceModel& model) {
  return each_field(message, [&](const ProtobufField& field) {
    if (is(field, 3, Wire::varint)) read_known(field, SentencePieceModel::Algorithm::character, model.algorithm);
    if (is(field, 24, Wire::varint)) model.mark_after_words = field.value != 0;
    if (is(field, 35, Wire::varint)) model.byte_fallback = field.value != 0;
    return true;
  });
}

bool read_normalizer(std::string_view message, SentencePieceModel& model) {
  return each_field(message, [&](const ProtobufField& field) {
    if (is(field, 2, Wire::bytes)) model.charsmap = field.bytes;
    if (is(field, 3, Wire::varint)) model.add_mark = field.value != 0;
    if (is(field, 4, Wire::varint)) model.remove_extra_spaces = field.value != 0;
    if (is(field, 5, Wire::varint)) model.spaces_to_marks = field.value != 0;
    return true;
  });
}

class Check {
 public:
  Check(std::string_view path, SentencePieceModel& model) : path_(path), model_(model) {}

  void pieces() {
    if (model_.pieces.empty()) refuse(path_, "is a SentencePiece model without pieces; download the file again");
    for (size_t i = 0; i < model_.pieces.size(); ++i) piece(i);
    if (model_.unknown < 0) refuse(path_, "is a SentencePiece model without an unknown piece; download the file again");
  }

  void byte_pieces() const {
    std::array<bool, 256> found{};
    for (size_t i = 0; i < model_.pieces.size(); ++i) {
      if (model_.pieces[i].type != Type::byte) continue;
      if (!model_.byte_fallback) refuse_piece(i, "stands for a byte, but its model does without byte_fallback");
      unsigned byte = 0;
      while (byte < found.size() && ByteTokens::name(byte) != model_.pieces[i].text) ++byte;
      if (byte == found.size()) refuse_piece(i, "is of type BYTE, but none of <0x00> to <0xFF>");
      found[byte] = true;
    }
    for (unsigned byte = 0; model_.byte_fallback && byte < found.size(); ++byte) {
      if (found[byte]) continue;
      refuse(path_, "is a SentencePiece model with byte_fallback, but without the piece " + ByteTokens::name(byte) +
                        "; download the file again");
    }
  }

  /// SentencePiece looks up by name what it has merged or cut, and then fails for want of a text that is left.
  void names() const {
    if (model_.algorithm == SentencePieceModel::Algorithm::unigram) return;
    for (size_t i = 0; i < model_.pieces.size(); ++i) {
      const Piece& piece = model_.pieces[i];
      if (piece.in_texts()) continue;
      if (announced_bytes(piece.text, 0) == piece.text.size() || in_texts_.contains(piece.text)) {
        refuse_piece(i, "is a name, but a text can spell it as well");
      }
    }
  }

 private:
  [[noreturn]] void refuse_piece(size_t i, const std::string& what) const {
    refuse(path_, "piece " + std::to_string(i) + " of its SentencePiece model, " + in_quotes(model_.pieces[i].text) +
                      ", " + what + "; train the model again, or give tokenizer.json");
  }

  void piece(size_t i) {
    const Piece& piece = model_.pieces[i];
    if (piece.text.empty()) refuse_piece(i, "is empty");
    if (!is_utf8(piece.text)) refuse_piece(i, "is not UTF-8");
    if (piece.text.find('\0') != std::string_view::npos) refuse_piece(i, "holds a zero byte");
    if (!std::isfinite(piece.score)) refuse_piece(i, "has a score that is no finite number");
    auto& seen = piece.in_texts() ? in_texts_ : names_;
    const auto [first, added] = seen.emplace(piece.text, i);
    if (!added) refuse_piece(i, "is the same as piece " + std::to_string(first->second));
    if (piece.type != Type::unknown) return;
    if (model_.unknown >= 0) refuse_piece(i, "is of type UNKNOWN, as is piece " + std::to_string(model_.unknown));
    model_.unknown = narrow<int32_t>(static_cast<int64_t>(i));
  }

  std::string_view path_;
  SentencePieceModel& model_;
  std::unordered_map<std::string_view, size_t> in_texts_;
  std::unordered_map<std::string_view, size_t> names_;
};

}  // namespace

SentencePieceModel read_sentence_piece_model(std::string_view path, std::string_view bytes) {
  SentencePieceModel model;
  const bool whole = each_field(bytes, [&](const ProtobufField& field) {
    if (is(field, 1, Wire::bytes)) return read_piece(field.bytes, model);
    if (is(field, 2, Wire::bytes)) return read_trainer(field.bytes, model);
    if (is(field, 3, Wire::bytes)) return read_normalizer(field.bytes, model);
    return true;
  });
  if (!whole) refuse(path, "is a SentencePiece model that is damaged or cut short; download the file again");
  Check check(path, model);
  check.pieces();
  check.byte_pieces();
  check.names();
  return model;
}

}  // namespace gramian::host
