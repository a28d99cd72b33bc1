#pragma once
// SentencePiece models, written by hand.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace gramian::host::test {

struct SentencePieceOfModel {
  std::string_view text;
  float score;
  int type;  // 1: normal, 2: unknown, 3: control, 4: defined by the user, 5: unused, 6: a byte
};

inline std::string message_number(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
  return bytes + static_cast<char>(value);
}

inline std::string message_field(int number, std::string_view bytes) {
  return message_number(static_cast<uint64_t>(number) << 3 | 2) + message_number(bytes.size()) + std::string(bytes);
}

inline std::string message_field(int number, uint64_t value) {
  return message_number(static_cast<uint64_t>(number) << 3) + message_number(value);
}

/// The pieces, the rest as by default; more fields may follow.
inline std::string sentence_piece_model(const std::vector<SentencePieceOfModel>& pieces) {
  std::string bytes;
  for (const SentencePieceOfModel& piece : pieces) {
    std::string score(sizeof(float), '\0');
    std::memcpy(score.data(), &piece.score, sizeof(float));
    bytes += message_field(
        1, message_field(1, piece.text) + '\x15' + score + message_field(3, static_cast<uint64_t>(piece.type)));
  }
  return bytes;
}

/// "trainer_spec" of a model of byte pairs.
inline std::string sentence_piece_pairs() { return message_field(2, message_field(3, 2)); }

/// A compiled table that makes "A" "by".
inline std::string character_map(std::string_view by) {
  constexpr uint32_t kOffset = 256;
  std::vector<uint32_t> units(512);
  units[0] = kOffset << 10;
  units[kOffset ^ 'A'] = uint32_t{1} << 10 | 0x100 | 'A';
  units[kOffset ^ 'A' ^ 1] = 0x80000000;  // the replacement at 0
  std::string bytes;
  const auto put = [&](uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift & 0xff);
  };
  put(static_cast<uint32_t>(4 * units.size()));
  for (const uint32_t unit : units) put(unit);
  return bytes + std::string(by) + '\0';
}

}  // namespace gramian::host::test
