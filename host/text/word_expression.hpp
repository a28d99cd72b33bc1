#pragma once
// Word arithmetic as people type it: king - man + woman

#include <string>
#include <string_view>
#include <vector>

namespace gramian::host {

struct WeightedWord {
  std::string word;
  double weight = 1.0;
  friend bool operator==(const WeightedWord&, const WeightedWord&) = default;
};

/// TERM { + TERM | - TERM }, with a sign in front if wanted; TERM is a word, or a number and a word with or without *
/// between them: "king - man + woman", "2 king - 0.5*queen". Signs and words stand apart by spaces, since words may
/// hold + and - themselves; between " or ' anything is a word, \ keeps the next character from having a meaning.
/// Throws InvalidUsage that names the place.
std::vector<WeightedWord> parse_word_expression(std::string_view text);

}  // namespace gramian::host
