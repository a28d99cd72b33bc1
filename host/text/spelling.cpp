#include "host/text/spelling.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "host/text/unicode.hpp"
#include "host/text/unicode/characters.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::host {
namespace {

/// The edits that make `b` of `a`: insertions, deletions, replacements and transpositions of neighbours (the optimal
/// string alignment distance); limit + 1 where there are more than `limit`.
class Distance {
 public:
  size_t operator()(std::u32string_view a, std::u32string_view b, size_t limit) {
    if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
    row_.resize(b.size() + 1);
    before_.resize(b.size() + 1);
    next_.resize(b.size() + 1);
    std::iota(row_.begin(), row_.end(), size_t{0});
    size_t best_before = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      next_[0] = i + 1;
      size_t best = next_[0];
      for (size_t j = 0; j < b.size(); ++j) {
        next_[j + 1] = std::min({row_[j] + (a[i] == b[j] ? 0 : 1), row_[j + 1] + 1, next_[j] + 1});
        const bool swapped = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
        if (swapped) next_[j + 1] = std::min(next_[j + 1], before_[j - 1] + 1);
        best = std::min(best, next_[j + 1]);
      }
      if (i > 0 && best > limit && best_before > limit) return limit + 1;
      best_before = best;
      before_.swap(row_);
      row_.swap(next_);
    }
    return std::min(row_[b.size()], limit + 1);
  }

 private:
  std::vector<size_t> before_, row_, next_;  // of the last two characters of `a`, and of this one
};

/// Case and Unicode's canonical forms make no difference: "É" is the same composed (NFC) and decomposed (NFD). A byte
/// that is not UTF-8 is a character beyond all others.
std::u32string spelled(std::string_view token) {
  const std::string folded = composed(case_folded(composed(token)));
  std::u32string characters;
  for (std::string_view rest = folded; !rest.empty();) {
    const size_t length = utf8_sequence(rest);
    characters += length > 0 ? code_point_at(rest, 0).value : 0x110000 + static_cast<unsigned char>(rest[0]);
    rest.remove_prefix(std::max<size_t>(length, 1));
  }
  return characters;
}

std::string_view unmarked(std::string_view token) {
  for (const std::string_view mark : {kBpeSpace, kSentencePieceSpace}) {
    if (token.starts_with(mark)) token.remove_prefix(mark.size());
  }
  return token;
}

}  // namespace

std::optional<int64_t> find_token(const Vocabulary& vocabulary, std::string_view token) {
  for (const std::string_view mark : {std::string_view(), kBpeSpace, kSentencePieceSpace}) {
    if (const auto row = vocabulary.find(std::string(mark) + std::string(token))) return row;
  }
  return std::nullopt;
}

std::vector<std::string> nearest_spellings(const Vocabulary& vocabulary, std::string_view token, size_t count) {
  const std::u32string wanted = spelled(unmarked(token));
  size_t limit = std::max<size_t>(2, wanted.size() / 3);
  std::vector<std::pair<size_t, int64_t>> found;  // ascending
  Distance distance;
  for (int64_t row = 0; row < vocabulary.size() && count > 0; ++row) {
    if (!vocabulary.named(row)) continue;
    const std::string_view bare = unmarked(vocabulary[row]);
    if (bare.empty() || bare.size() > 4 * (wanted.size() + limit)) continue;
    const size_t far = distance(wanted, spelled(bare), limit);
    // A "nearest" spelling that shares nothing with what was typed is noise.
    if (far > limit || far >= wanted.size()) continue;
    found.insert(std::ranges::upper_bound(found, std::pair(far, row)), {far, row});
    if (found.size() > count) found.pop_back();
    if (found.size() == count) limit = std::min(limit, found.back().first);
  }
  std::vector<std::string> tokens;
  tokens.reserve(found.size());
  for (const auto& [far, row] : found) tokens.emplace_back(vocabulary[row]);
  return tokens;
}

}  // namespace gramian::host
