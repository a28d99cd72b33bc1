#include "host/text/pre_tokenizers/split.hpp"

#include "host/text/unicode/characters.hpp"

namespace gramian::host {
namespace {

struct Stretch {
  size_t begin, end;
  bool match;
};

void join(const std::vector<Stretch>& stretches, SplitBehavior behavior, std::vector<PreTokenizer::Word>& words) {
  const auto append = [&](const Stretch& stretch) { words.push_back({stretch.begin, stretch.end}); };
  for (size_t i = 0; i < stretches.size(); ++i) {
    const Stretch& stretch = stretches[i];
    const Stretch* const before = i > 0 ? &stretches[i - 1] : nullptr;
    switch (behavior) {
      case SplitBehavior::removed:
        if (!stretch.match) append(stretch);
        break;
      case SplitBehavior::isolated:
        append(stretch);
        break;
      case SplitBehavior::merged_with_previous:
        if (stretch.match && before != nullptr && !before->match) {
          words.back().end = stretch.end;
        } else {
          append(stretch);
        }
        break;
      case SplitBehavior::merged_with_next:
        if (!stretch.match && before != nullptr && before->match) {
          words.back().end = stretch.end;
        } else {
          append(stretch);
        }
        break;
      case SplitBehavior::contiguous:
        if (before != nullptr && before->match == stretch.match) {
          words.back().end = stretch.end;
        } else {
          append(stretch);
        }
        break;
    }
  }
}

}  // namespace

void CharacterSplit::split(std::string_view text, std::vector<Word>& words) const {
  std::vector<Stretch> stretches;
  for (size_t at = 0; at < text.size();) {
    const CodePoint code = code_point_at(text, at);
    const bool match = property_(code.value);
    if (match || stretches.empty() || stretches.back().match) {
      stretches.push_back({at, at + code.bytes, match});
    } else {
      stretches.back().end += code.bytes;
    }
    at += code.bytes;
  }
  join(stretches, behavior_, words);
}

void add_bert_pre_tokenizers(std::vector<std::unique_ptr<PreTokenizer>>& pre_tokenizers) {
  pre_tokenizers.push_back(std::make_unique<CharacterSplit>(is_white_space, SplitBehavior::removed));
  pre_tokenizers.push_back(std::make_unique<CharacterSplit>(bert_punctuation, SplitBehavior::isolated));
}

void RegexSplit::split(std::string_view text, std::vector<Word>& words) const {
  std::vector<Stretch> stretches;
  size_t done = 0;
  for (const Regex::Match& match : regex_.matches(text)) {
    if (done < match.begin) stretches.push_back({done, match.begin, invert_});
    stretches.push_back({match.begin, match.end, !invert_});
    done = match.end;
  }
  if (done < text.size()) stretches.push_back({done, text.size(), invert_});
  join(stretches, behavior_, words);
}

}  // namespace gramian::host
