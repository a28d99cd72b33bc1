#include "host/text/models/unigram_model.hpp"

#include <algorithm>
#include <utility>

namespace gramian::host {

UnigramModel::UnigramModel(const Vocabulary& vocabulary, std::vector<double> scores, int32_t unknown,
                           bool byte_fallback)
    : unknown_(unknown), byte_fallback_(byte_fallback), bytes_(vocabulary) {
  constexpr double kPenalty = 10;  // SentencePiece's
  const double unknown_score = (scores.empty() ? 0 : *std::ranges::min_element(scores)) - kPenalty;
  for (size_t id = 0; id < scores.size(); ++id) {
    const std::string_view token = vocabulary[static_cast<int64_t>(id)];
    if (!token.empty()) path_.add(token, static_cast<int32_t>(id));
  }
  path_.score(std::move(scores), unknown, unknown_score);
}

void UnigramModel::encode(std::string_view word, std::vector<Piece>& pieces) const {
  const size_t first = pieces.size();
  path_.find(word, pieces);
  size_t kept = first;
  for (size_t i = first; i < pieces.size(); ++i) {
    if (kept > first && pieces[i].id == unknown_ && pieces[kept - 1].id == unknown_) {
      pieces[kept - 1].end = pieces[i].end;
    } else {
      pieces[kept++] = pieces[i];
    }
  }
  pieces.resize(kept);
  if (!byte_fallback_ || !bytes_.complete()) return;
  const std::vector<Piece> whole(pieces.begin() + static_cast<ptrdiff_t>(first), pieces.end());
  pieces.resize(first);
  for (const Piece& piece : whole) {
    if (piece.id != unknown_) {
      pieces.push_back(piece);
      continue;
    }
    for (uint32_t at = piece.begin; at < piece.end; ++at) pieces.push_back({bytes_.id(word[at]), at, at + 1});
  }
}

}  // namespace gramian::host
