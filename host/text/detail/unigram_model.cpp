#include "host/text/detail/unigram_model.hpp"

#include <algorithm>
#include <utility>

#include "host/text/detail/code_point.hpp"

namespace gramian::host {

UnigramModel::UnigramModel(const Vocabulary& vocabulary, std::vector<double> scores, int32_t unknown,
                           bool byte_fallback)
    : scores_(std::move(scores)), unknown_(unknown), byte_fallback_(byte_fallback), bytes_(vocabulary) {
  constexpr double kPenalty = 10;  // SentencePiece's
  unknown_score_ = (scores_.empty() ? 0 : *std::ranges::min_element(scores_)) - kPenalty;
  for (size_t id = 0; id < scores_.size(); ++id) {
    const std::string_view token = vocabulary[static_cast<int64_t>(id)];
    if (!token.empty()) trie_.add(token, static_cast<int32_t>(id));
  }
}

void UnigramModel::encode(std::string_view word, std::vector<Piece>& pieces) const {
  constexpr uint32_t kNowhere = UINT32_MAX;
  struct End {
    double score = 0;
    uint32_t begin = kNowhere;
    int32_t id = 0;
  };
  std::vector<End> ends(word.size() + 1);
  const auto consider = [&](size_t begin, size_t end, int32_t id, double score) {
    if (ends[end].begin == kNowhere || score > ends[end].score) ends[end] = {score, static_cast<uint32_t>(begin), id};
  };
  for (size_t at = 0; at < word.size();) {
    const size_t one = code_point_at(word, at).bytes;
    const double score = ends[at].score;
    bool covered = false;
    trie_.each(word, at, [&](int32_t id, size_t length) {
      consider(at, at + length, id, scores_[static_cast<size_t>(id)] + score);
      covered = covered || length == one;
    });
    if (!covered) consider(at, at + one, unknown_, unknown_score_ + score);
    at += one;
  }
  const size_t first = pieces.size();
  for (auto end = static_cast<uint32_t>(word.size()); end > 0; end = ends[end].begin) {
    const bool fuse = ends[end].id == unknown_ && pieces.size() > first && pieces.back().id == unknown_;
    if (fuse) {
      pieces.back().begin = ends[end].begin;
    } else {
      pieces.push_back({ends[end].id, ends[end].begin, end});
    }
  }
  std::reverse(pieces.begin() + static_cast<ptrdiff_t>(first), pieces.end());
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
