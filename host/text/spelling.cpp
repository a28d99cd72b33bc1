#include "host/text/spelling.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "host/text/unicode.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::host {
namespace {

/// Levenshtein distance, or limit + 1 where it is more than `limit`.
size_t distance(std::string_view a, std::string_view b, size_t limit, std::vector<size_t>& row) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
  row.resize(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    size_t best = row[0];
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min(replaced, std::min(row[j], row[j + 1]) + 1);
      best = std::min(best, row[j + 1]);
    }
    if (best > limit) return limit + 1;
  }
  return row[b.size()];
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
  const std::string wanted = case_folded(unmarked(token));
  size_t limit = std::max<size_t>(2, wanted.size() / 3);
  std::vector<std::pair<size_t, int64_t>> found;  // ascending
  std::vector<size_t> scratch;
  for (int64_t row = 0; row < vocabulary.size() && count > 0; ++row) {
    if (!vocabulary.named(row)) continue;
    const std::string_view bare = unmarked(vocabulary[row]);
    if (bare.empty() || bare.size() > wanted.size() + limit + 4) continue;
    const size_t far = distance(wanted, case_folded(bare), limit, scratch);
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
