#include "host/text/sentencepiece/sentence_piece_unigram.hpp"

#include <algorithm>
#include <cfloat>
#include <utility>

namespace gramian::host {

SentencePieceUnigram::SentencePieceUnigram(const SentencePieceParts& parts, int32_t unknown) {
  using Type = SentencePieceParts::Type;
  constexpr float kPenalty = 10;  // the library's, like the limits that these begin with
  float least = FLT_MAX;
  float most = FLT_MIN;
  for (const auto& piece : parts.pieces) {
    if (piece.type != Type::normal) continue;
    least = std::min(least, piece.score);
    most = std::max(most, piece.score);
  }
  std::vector<double> scores;
  scores.reserve(parts.pieces.size());
  for (const auto& piece : parts.pieces) {
    if (piece.type == Type::normal || piece.type == Type::user_defined) {
      path_.add(piece.text, static_cast<int32_t>(scores.size()));
    }
    // What the user has defined is to be chosen always.
    const bool bonus = piece.type == Type::user_defined;
    scores.push_back(bonus ? static_cast<double>(static_cast<float>(piece.text.size()) * most) - 0.1
                           : static_cast<double>(piece.score));
  }
  path_.score(std::move(scores), unknown, least - kPenalty);
}

}  // namespace gramian::host
