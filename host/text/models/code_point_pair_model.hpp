#pragma once
// Byte-pair encoding of the code points of a word, as SentencePiece's BPE has it.

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "engine/vocabulary.hpp"
#include "host/text/models/merge_table.hpp"
#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

/// The ids of the tokens <0x00> to <0xFF>, where a vocabulary has them all.
class ByteTokens {
 public:
  explicit ByteTokens(const Vocabulary& vocabulary);
  bool complete() const { return complete_; }
  int32_t id(char byte) const { return ids_[static_cast<unsigned char>(byte)]; }

 private:
  std::array<int32_t, 256> ids_{};
  bool complete_ = true;
};

struct CodePointPairSettings {
  int32_t unknown = MergeTable::kNoMerge;
  bool fuse_unknown = false;   // neighbours without a token become one unknown
  bool byte_fallback = false;  // a code point without a token becomes tokens of its bytes
  bool whole_words = false;    // a word that is a token is that token, whatever the merges
};

class CodePointPairModel final : public WordModel {
 public:
  CodePointPairModel(const Vocabulary& vocabulary, const std::vector<MergeTable::Merge>& merges,
                     const CodePointPairSettings& settings);
  void encode(std::string_view word, std::vector<Piece>& pieces) const override;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view token) const { return std::hash<std::string_view>{}(token); }
  };
  std::unordered_map<char32_t, int32_t> symbols_;
  std::unordered_map<std::string, int32_t, Hash, std::equal_to<>> whole_words_;
  ByteTokens bytes_;
  MergeTable merges_;
  CodePointPairSettings settings_;
};

}  // namespace gramian::host
