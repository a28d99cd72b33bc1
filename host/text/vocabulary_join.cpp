#include "host/text/vocabulary_join.hpp"

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/error.hpp"
#include "host/text/tsv_text.hpp"
#include "host/text/unicode.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::host {
namespace {

/// Gives the keys that the tokens of one vocabulary are compared by.
class Keys {
 public:
  Keys(const Vocabulary& vocabulary, const JoinSettings& settings) : casefold_(settings.casefold) {
    if (settings.by == JoinBy::word) forms_.emplace(vocabulary);
  }
  /// The token as it is shown; nothing where it takes no part.
  std::optional<std::string> shown(std::string_view token) const {
    return forms_ ? forms_->word(token) : std::optional(std::string(token));
  }
  std::string key(const std::string& shown) const { return casefold_ ? case_folded(shown) : shown; }

 private:
  bool casefold_;
  std::optional<WordForms> forms_;
};

struct Entry {
  std::string key;
  std::string shown;
  int64_t row = 0;
};

/// The tokens that take part, in row order, each once.
std::vector<Entry> entries(const Vocabulary& vocabulary, const Keys& keys, LostTokens& lost) {
  std::vector<Entry> found;
  found.reserve(static_cast<size_t>(vocabulary.size()));
  std::unordered_set<std::string> seen;
  for (int64_t row = 0; row < vocabulary.size(); ++row) {
    if (!vocabulary.named(row)) {
      ++lost.unnamed;
      continue;
    }
    std::optional<std::string> shown = keys.shown(vocabulary[row]);
    if (!shown) {
      ++lost.continuation_pieces;
      continue;
    }
    std::string key = keys.key(*shown);
    if (!seen.insert(key).second) {
      ++lost.duplicates;
      continue;
    }
    found.push_back({std::move(key), std::move(*shown), row});
  }
  return found;
}

std::string_view without_mark(std::string_view token) {
  for (const std::string_view mark : {kBpeSpace, kSentencePieceSpace}) {
    if (token.size() > mark.size() && token.starts_with(mark)) return token.substr(mark.size());
  }
  return token;
}

class Filters {
 public:
  explicit Filters(const JoinSettings& settings) : settings_(settings) {
    if (!settings.tokens) return;
    for (const std::string& token : *settings.tokens) wanted_.emplace(key(token), false);
  }
  void add(VocabularyJoin& join, JoinedItem item) {
    const bool wanted = is_wanted(item.token);
    if (settings_.length && code_points(item.token) != *settings_.length) {
      ++join.filtered_length;
    } else if (settings_.alpha && !letters_only(without_mark(item.token))) {
      ++join.filtered_alpha;
    } else if (settings_.excludes && settings_.excludes(item.token)) {
      ++join.filtered_excluded;
    } else if (!wanted) {
      ++join.filtered_tokens;
    } else if (settings_.limit && std::ssize(join.items) >= *settings_.limit) {
      ++join.beyond_limit;
    } else {
      join.items.push_back(std::move(item));
    }
  }
  /// Of the wanted tokens those that no item is.
  void list_missing(VocabularyJoin& join) const {
    if (!settings_.tokens) return;
    for (const std::string& token : *settings_.tokens) {
      if (!wanted_.at(key(token))) join.not_shared.push_back(token);
    }
  }

 private:
  std::string key(std::string_view token) const { return settings_.casefold ? case_folded(token) : std::string(token); }
  bool is_wanted(const std::string& token) {
    if (!settings_.tokens) return true;
    bool wanted = false;
    // A person who wants Ġking writes king.
    for (const std::string_view form : {std::string_view(token), without_mark(token)}) {
      const auto found = wanted_.find(key(form));
      if (found != wanted_.end()) wanted = found->second = true;
    }
    return wanted;
  }

  const JoinSettings& settings_;
  std::unordered_map<std::string, bool> wanted_;  // and whether it is there
};

}  // namespace

VocabularyJoin join_vocabularies(const Vocabulary& first, const Vocabulary& second, const JoinSettings& settings) {
  VocabularyJoin join;
  const std::vector<Entry> ours = entries(first, Keys(first, settings), join.first);
  const std::vector<Entry> theirs = entries(second, Keys(second, settings), join.second);
  std::unordered_map<std::string_view, int64_t> row_of;
  row_of.reserve(theirs.size());
  for (const Entry& entry : theirs) row_of.emplace(entry.key, entry.row);
  Filters filters(settings);
  int64_t shared = 0;
  for (const Entry& entry : ours) {
    const auto match = row_of.find(entry.key);
    if (match == row_of.end()) {
      ++join.first.only_here;
      continue;
    }
    ++shared;
    filters.add(join, {entry.shown, entry.row, match->second});
  }
  filters.list_missing(join);
  join.second.only_here = std::ssize(theirs) - shared;
  return join;
}

VocabularyJoin join_rows(int64_t first_rows, int64_t second_rows, const Vocabulary* first, const Vocabulary* second,
                         const JoinSettings& settings) {
  if (first_rows != second_rows) {
    throw InvalidInput("a join by rows pairs row i with row i, but there are " + std::to_string(first_rows) + " and " +
                       std::to_string(second_rows) + " rows");
  }
  VocabularyJoin join;
  const Vocabulary* names = first != nullptr ? first : second;
  Filters filters(settings);
  for (int64_t row = 0; row < first_rows; ++row) {
    if ((first != nullptr && !first->named(row)) || (second != nullptr && !second->named(row))) {
      ++join.first.unnamed;
      ++join.second.unnamed;
      continue;
    }
    filters.add(join, {names != nullptr ? std::string((*names)[row]) : std::string(), row, row});
  }
  filters.list_missing(join);
  return join;
}

std::string join_as_tsv(const std::vector<JoinedItem>& items) {
  std::string text = "token\trow1\trow2\n";
  for (const JoinedItem& item : items) {
    text += tsv_text(item.token);
    text += '\t' + std::to_string(item.first) + '\t' + std::to_string(item.second) + '\n';
  }
  return text;
}

}  // namespace gramian::host
