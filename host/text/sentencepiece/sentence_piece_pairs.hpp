#pragma once
// SentencePiece's byte-pair encoding: of neighbours that together are a piece, those with the best score become one.

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "host/text/models/merge_table.hpp"
#include "host/text/pipeline/byte_trie.hpp"
#include "host/text/pipeline/pipeline.hpp"
#include "host/text/sentencepiece/sentence_piece_parts.hpp"

namespace gramian::host {

class SentencePiecePairs final : public WordModel {
 public:
  /// Null for a model that says what is not understood here: unused pieces, pieces of more than 256 bytes, scores that
  /// are no numbers, names that are pieces of text as well. `unknown` is the piece of what has none.
  static std::unique_ptr<SentencePiecePairs> of(const SentencePieceParts& parts, int32_t unknown);
  /// Of a whole text.
  void encode(std::string_view text, std::vector<Piece>& pieces) const override;

 private:
  class Stretches;
  struct Start {
    int32_t symbol;
    size_t bytes;
  };

  SentencePiecePairs(const SentencePieceParts& parts, int32_t unknown);
  std::vector<MergeTable::Merge> learn(const SentencePieceParts& parts);
  /// The symbol at byte `at` of `text` before anything is merged.
  Start start(std::string_view text, size_t at) const;
  static uint64_t mix(int32_t left, int32_t right) {
    const auto pair = static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
    return pair * 0x9e3779b97f4a7c15u;
  }
  bool may_join(int32_t left, int32_t right) const;

  int32_t size_ = 0;  // a symbol from here on is a character without a piece of its own, but within others
  int32_t unknown_;
  std::array<int32_t, 128> ascii_{};
  ByteTrie characters_;
  ByteTrie user_defined_;  // never a part of anything else
  bool any_user_defined_ = false;
  std::vector<uint64_t> joints_;  // a bit for each hash of two characters that are neighbours in a piece
  int joints_shift_ = 0;
  MergeTable merges_;
};

}  // namespace gramian::host
