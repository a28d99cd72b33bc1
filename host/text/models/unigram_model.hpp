#pragma once
// SentencePiece's unigram model: of all ways to cut a word, the one with the largest sum of scores.

#include <cstdint>
#include <vector>

#include "engine/vocabulary.hpp"
#include "host/text/models/best_path.hpp"
#include "host/text/models/code_point_pair_model.hpp"
#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

class UnigramModel final : public WordModel {
 public:
  /// `scores` of the first tokens of `vocabulary`. A code point that no token covers becomes `unknown`, at 10 less than
  /// the lowest score, neighbours together; or, with `byte_fallback`, tokens of its bytes.
  UnigramModel(const Vocabulary& vocabulary, std::vector<double> scores, int32_t unknown, bool byte_fallback);
  void encode(std::string_view word, std::vector<Piece>& pieces) const override;

 private:
  BestPath<double> path_;
  int32_t unknown_;
  bool byte_fallback_;
  ByteTokens bytes_;
};

}  // namespace gramian::host
