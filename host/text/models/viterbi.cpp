#include "host/text/models/viterbi.hpp"

#include <algorithm>

#include "host/text/unicode/characters.hpp"

namespace gramian::host {

void Viterbi::add(std::string_view piece, int32_t id, double score) {
  trie_.add(piece, id);
  if (static_cast<size_t>(id) >= scores_.size()) scores_.resize(static_cast<size_t>(id) + 1);
  scores_[static_cast<size_t>(id)] = score;
}

void Viterbi::encode(std::string_view word, std::vector<WordModel::Piece>& pieces) const {
  constexpr uint32_t kNowhere = UINT32_MAX;
  struct End {  // of the best way to a place in the word
    double score = 0;
    uint32_t begin = kNowhere;  // of its last piece
    int32_t id = 0;
  };
  std::vector<End> ends(word.size() + 1);
  // Sums of pieces are compared before they are rounded.
  const auto consider = [&](size_t begin, size_t end, double sum, int32_t id) {
    if (ends[end].begin == kNowhere || sum > ends[end].score) {
      ends[end] = {rounded(sum), static_cast<uint32_t>(begin), id};
    }
  };
  for (size_t at = 0; at < word.size();) {
    const size_t character = announced_bytes(word, at);
    const double score = ends[at].score;
    bool covered = false;
    trie_.each(word, at, [&](int32_t id, size_t bytes) {
      consider(at, at + bytes, scores_[static_cast<size_t>(id)] + score, id);
      covered = covered || bytes == character;
    });
    if (!covered) consider(at, at + character, rounded(settings_.unknown_score + score), settings_.unknown);
    at += character;
  }
  const auto first = static_cast<ptrdiff_t>(pieces.size());
  for (auto end = static_cast<uint32_t>(word.size()); end > 0; end = ends[end].begin) {
    pieces.push_back({ends[end].id, ends[end].begin, end});
  }
  std::reverse(pieces.begin() + first, pieces.end());
}

}  // namespace gramian::host
