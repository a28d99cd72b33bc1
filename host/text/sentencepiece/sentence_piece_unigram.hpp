#pragma once
// SentencePiece's unigram model, of a model of its own.

#include <cstdint>
#include <string_view>
#include <vector>

#include "host/text/models/best_path.hpp"
#include "host/text/pipeline/pipeline.hpp"
#include "host/text/sentencepiece/sentence_piece_parts.hpp"

namespace gramian::host {

class SentencePieceUnigram final : public WordModel {
 public:
  SentencePieceUnigram(const SentencePieceParts& parts, int32_t unknown);
  /// Of a whole text: the library's sums grow coarse with its length, so no part of it may be cut alone.
  void encode(std::string_view text, std::vector<Piece>& pieces) const override { path_.find(text, pieces); }

 private:
  BestPath<float> path_;
};

}  // namespace gramian::host
