#include "host/questions/text/paint_target.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "host/questions/run/table.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::questions {

std::vector<int64_t> find_target(Run& run, const Input& input, const TextInput& text, const std::string& word) {
  const Vocabulary& vocabulary = require_vocabulary(input, "--by target=WORD");
  std::vector<int64_t> pieces;
  if (text.tokenizer) {
    // As it stands within a text: after a space.
    for (const host::TextToken& token : cut(*text.tokenizer, " " + word)) {
      const bool only_space = token.begin == 0 && token.end <= 1;
      if (!only_space) pieces.push_back(token.id);
    }
    const bool known = std::ranges::all_of(
        pieces, [&](int64_t id) { return id >= 0 && id < vocabulary.size() && vocabulary.named(id); });
    if (!known) pieces.clear();
  }
  std::vector<int64_t> forms;
  const auto add_form = [&](std::optional<int64_t> row) {
    if (row && vocabulary.named(*row) && std::ranges::find(forms, *row) == forms.end()) forms.push_back(*row);
  };
  if (pieces.size() == 1) add_form(pieces.front());
  for (const std::string_view mark : {std::string_view(), host::kBpeSpace, host::kSentencePieceSpace}) {
    add_form(vocabulary.find(std::string(mark) + word));
  }
  if (forms.empty() && pieces.empty()) require_token(input, word);  // throws, with the nearest spellings
  const auto names_of = [&](const std::vector<int64_t>& rows) {
    std::string names;
    for (const int64_t row : rows) names += (names.empty() ? "" : ", ") + token_in_quotes(vocabulary[row]);
    return names;
  };
  if (forms.empty()) {
    run.note("The target " + token_in_quotes(word, 60) + " is several tokens: the mean of the rows of " +
             names_of(pieces) + ".");
    return pieces;
  }
  const auto count = [&](int64_t row) {
    return std::ranges::count_if(text.tokens, [row](const host::TextToken& token) { return token.id == row; });
  };
  const int64_t chosen = *std::ranges::max_element(forms, {}, count);
  std::erase(forms, chosen);
  if (vocabulary[chosen] != word || !forms.empty()) {
    run.note("The target " + token_in_quotes(word, 60) + " was found as " + token_in_quotes(vocabulary[chosen]) +
             (forms.empty() ? "." : "; it is also " + names_of(forms) + ", which this text has no more often."));
  }
  return {chosen};
}

}  // namespace gramian::questions
