#include "host/text/sentencepiece/sentence_piece_parts.hpp"

#include <bit>

#include "host/text/sentencepiece/message_fields.hpp"

namespace gramian::host {
namespace {

using Kind = MessageField::Kind;

/// Calls `with` for every field of `message`; false where it is damaged.
template <class With>
bool each_field(std::string_view message, const With& with) {
  MessageFields fields(message);
  while (const auto field = fields.next()) {
    if (!with(*field)) return false;
  }
  return !fields.damaged();
}

bool is(const MessageField& field, uint64_t id, Kind kind) { return field.id == id && field.kind == kind; }

/// A number that is none of the enumeration is kept by the library, but not understood.
template <class Enumeration>
void read_known(const MessageField& field, Enumeration last, Enumeration& value) {
  if (field.number >= 1 && field.number <= static_cast<uint64_t>(last)) value = static_cast<Enumeration>(field.number);
}

bool read_piece(std::string_view message, SentencePieceParts& parts) {
  SentencePieceParts::Piece piece;
  const bool whole = each_field(message, [&](const MessageField& field) {
    if (is(field, 1, Kind::bytes)) piece.text = field.bytes;
    if (is(field, 2, Kind::four_bytes)) piece.score = std::bit_cast<float>(static_cast<uint32_t>(field.number));
    if (is(field, 3, Kind::number)) read_known(field, SentencePieceParts::Type::byte, piece.type);
    return true;
  });
  parts.pieces.push_back(piece);
  return whole;
}

bool read_trainer(std::string_view message, SentencePieceParts& parts) {
  return each_field(message, [&](const MessageField& field) {
    if (is(field, 3, Kind::number)) read_known(field, SentencePieceParts::Algorithm::character, parts.algorithm);
    if (is(field, 24, Kind::number)) parts.mark_after_words = field.number != 0;
    if (is(field, 35, Kind::number)) parts.byte_fallback = field.number != 0;
    return true;
  });
}

bool read_normalizer(std::string_view message, SentencePieceParts& parts) {
  return each_field(message, [&](const MessageField& field) {
    if (is(field, 2, Kind::bytes)) parts.character_map = field.bytes;
    if (is(field, 3, Kind::number)) parts.add_mark = field.number != 0;
    if (is(field, 4, Kind::number)) parts.remove_extra_spaces = field.number != 0;
    if (is(field, 5, Kind::number)) parts.spaces_to_marks = field.number != 0;
    return true;
  });
}

}  // namespace

std::optional<SentencePieceParts> sentence_piece_parts(std::string_view model) {
  SentencePieceParts parts;
  const bool whole = each_field(model, [&](const MessageField& field) {
    if (is(field, 1, Kind::bytes)) return read_piece(field.bytes, parts);
    if (is(field, 2, Kind::bytes)) return read_trainer(field.bytes, parts);
    if (is(field, 3, Kind::bytes)) return read_normalizer(field.bytes, parts);
    return true;
  });
  if (!whole) return std::nullopt;
  return parts;
}

}  // namespace gramian::host
