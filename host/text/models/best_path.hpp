#pragma once
// The way to cut a word into pieces that has the largest sum of scores.

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "host/text/pipeline/byte_trie.hpp"
#include "host/text/pipeline/pipeline.hpp"
#include "host/text/unicode/code_point.hpp"

namespace gramian::host {

/// Sums are rounded to `Total` at every step, as the library does that is followed: it decides between ways that are
/// almost equal.
template <class Total>
class BestPath {
 public:
  BestPath() = default;
  void add(std::string_view piece, int32_t id) { trie_.add(piece, id); }
  /// `scores` of all ids that were added. A code point that no piece covers alone may also become `unknown`.
  void score(std::vector<double> scores, int32_t unknown, Total unknown_score) {
    scores_ = std::move(scores);
    unknown_ = unknown;
    unknown_score_ = unknown_score;
  }

  /// Appends the pieces of `word`, unknown code points one by one.
  void find(std::string_view word, std::vector<WordModel::Piece>& pieces) const {
    std::vector<End> ends(word.size() + 1);
    for (size_t at = 0; at < word.size();) {
      const size_t one = announced_bytes(word, at);
      const Total score = ends[at].score;
      bool covered = false;
      trie_.each(word, at, [&](int32_t id, size_t bytes) {
        ends[at + bytes].consider(scores_[static_cast<size_t>(id)] + score, at, id);
        covered = covered || bytes == one;
      });
      if (!covered) ends[at + one].consider(unknown_score_ + score, at, unknown_);
      at += one;
    }
    const auto first = static_cast<ptrdiff_t>(pieces.size());
    for (auto end = static_cast<uint32_t>(word.size()); end > 0; end = ends[end].begin) {
      pieces.push_back({ends[end].id, ends[end].begin, end});
    }
    std::reverse(pieces.begin() + first, pieces.end());
  }

 private:
  struct End {
    static constexpr uint32_t kNowhere = UINT32_MAX;
    Total score = 0;
    uint32_t begin = kNowhere;
    int32_t id = 0;
    /// Compares before it rounds.
    template <class Sum>
    void consider(Sum sum, size_t at, int32_t with) {
      if (begin == kNowhere || sum > score) *this = {static_cast<Total>(sum), static_cast<uint32_t>(at), with};
    }
  };

  ByteTrie trie_;
  std::vector<double> scores_;
  Total unknown_score_ = 0;
  int32_t unknown_ = 0;
};

}  // namespace gramian::host
