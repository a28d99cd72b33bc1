#pragma once
// The join of two vocabularies: the rows of two matrices that are the same item.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/vocabulary.hpp"

namespace gramian::host {

enum class JoinBy : uint8_t {
  exact,  // tokens as raw strings
  word,   // the words that tokens stand for, see word_forms.hpp
  rows,   // row i with row i, whatever the tokens
};

struct JoinSettings {
  JoinBy by = JoinBy::exact;
  bool casefold = false;  // Unicode's full default case folding, after all else
  // Filters, on the token of the first vocabulary (its word, where words are compared), in this order:
  std::optional<int64_t> length = {};                   // exactly so many code points
  bool alpha = false;                                   // letters only, but for Ġ or ▁ in front
  std::function<bool(std::string_view)> excludes = {};  // none of these
  std::optional<std::vector<std::string>> tokens = {};  // one of these; compared in the same way as the vocabularies
  std::optional<int64_t> limit = {};                    // the first so many of what is left
};

struct JoinedItem {
  std::string token;  // of the first vocabulary; its word where words are compared
  int64_t first = 0;  // rows
  int64_t second = 0;
};

/// Counts the tokens of one vocabulary that could not take part at all, by the reason.
struct LostTokens {
  int64_t unnamed = 0;              // rows without a token
  int64_t continuation_pieces = 0;  // no word (JoinBy::word)
  int64_t duplicates = 0;           // the same as an earlier one
  int64_t only_here = 0;            // not in the other vocabulary
};

/// rows of the first = its unnamed + continuation_pieces + duplicates + only_here
///                     + filtered_length + filtered_alpha + filtered_excluded + filtered_tokens + beyond_limit + items.
struct VocabularyJoin {
  std::vector<JoinedItem> items;  // in row order of the first
  LostTokens first;
  LostTokens second;
  int64_t filtered_length = 0;
  int64_t filtered_alpha = 0;
  int64_t filtered_excluded = 0;
  int64_t filtered_tokens = 0;
  int64_t beyond_limit = 0;
  std::vector<std::string> not_shared;  // of JoinSettings::tokens
};

/// JoinBy::exact and word. If several tokens of one vocabulary are the same, the first in row order counts.
VocabularyJoin join_vocabularies(const Vocabulary& first, const Vocabulary& second, const JoinSettings& settings);

/// JoinBy::rows: `first`, else `second`, names the items; without both, items have no name and the filters on tokens
/// must not be set. Throws InvalidInput when the counts of rows differ.
VocabularyJoin join_rows(int64_t first_rows, int64_t second_rows, const Vocabulary* first, const Vocabulary* second,
                         const JoinSettings& settings);

/// The items as lines of tab-separated text under the header "token row1 row2".
std::string join_as_tsv(const std::vector<JoinedItem>& items);

}  // namespace gramian::host
