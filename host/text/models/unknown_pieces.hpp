#pragma once
// Rewrites the characters that a model has no piece for.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

/// The ids of the tokens that stand for single bytes, <0x00> to <0xFF>.
class ByteTokens {
 public:
  /// `id_of` gives a token's id, or nothing. The result is nothing where one of the 256 has none.
  template <class IdOf>
  static std::optional<ByteTokens> find(const IdOf& id_of) {
    ByteTokens tokens;
    for (unsigned byte = 0; byte < tokens.ids_.size(); ++byte) {
      const std::optional<int32_t> id = id_of(name(byte));
      if (!id) return std::nullopt;
      tokens.ids_[byte] = *id;
    }
    return tokens;
  }
  int32_t id(char byte) const { return ids_[static_cast<unsigned char>(byte)]; }
  /// "<0x41>" for 65.
  static std::string name(unsigned byte);

 private:
  std::array<int32_t, 256> ids_{};
};

/// Rewrites unknown pieces once a word has been cut: into tokens of their bytes, or else neighbours into one.
class UnknownPieces {
 public:
  /// The range of a token that stands for a byte: its own byte; or nothing, and the last has all of the character.
  enum class ByteRange : uint8_t { own, last_has_all };
  explicit UnknownPieces(int32_t unknown, std::optional<ByteTokens> bytes = {}, ByteRange range = ByteRange::own)
      : unknown_(unknown), bytes_(bytes), range_(range) {}
  /// `pieces` from `first` on are those of `word`.
  void apply(std::string_view word, size_t first, std::vector<WordModel::Piece>& pieces) const;

 private:
  int32_t unknown_;
  std::optional<ByteTokens> bytes_;
  ByteRange range_;
};

}  // namespace gramian::host
