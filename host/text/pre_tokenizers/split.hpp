#pragma once
// Splits at characters that have a property, and by regular expressions.

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "host/text/pipeline/pipeline.hpp"
#include "host/text/unicode/regex.hpp"

namespace gramian::host {

/// Says what becomes of the matches and of the text between them.
enum class SplitBehavior : uint8_t { removed, isolated, merged_with_previous, merged_with_next, contiguous };

/// Each character with the property is a match: Digits, Punctuation, WhitespaceSplit, and both halves of
/// BertPreTokenizer.
class CharacterSplit final : public PreTokenizer {
 public:
  using Property = bool (*)(char32_t code);
  CharacterSplit(Property property, SplitBehavior behavior) : property_(property), behavior_(behavior) {}
  void split(std::string_view text, std::vector<Word>& words) const override;

 private:
  Property property_;
  SplitBehavior behavior_;
};

/// BertPreTokenizer: white space is removed, and every punctuation mark is a word of its own.
void add_bert_pre_tokenizers(std::vector<std::unique_ptr<PreTokenizer>>& pre_tokenizers);

class RegexSplit final : public PreTokenizer {
 public:
  /// `invert`: the text between matches counts as match.
  RegexSplit(Regex regex, SplitBehavior behavior, bool invert)
      : regex_(std::move(regex)), behavior_(behavior), invert_(invert) {}
  /// Throws what Regex::matches throws.
  void split(std::string_view text, std::vector<Word>& words) const override;

 private:
  Regex regex_;
  SplitBehavior behavior_;
  bool invert_;
};

}  // namespace gramian::host
