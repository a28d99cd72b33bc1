#pragma once
// The patterns that most byte-level BPE splits by, matched by hand: in time that grows with the text, whatever it is.

#include <memory>
#include <string_view>
#include <vector>

#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

/// GPT-2's words:
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
class Gpt2Split final : public PreTokenizer {
 public:
  void split(std::string_view text, std::vector<Word>& words) const override;
};

/// The words of GPT-4, Llama 3 and Qwen 2:
/// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
class Gpt4Split final : public PreTokenizer {
 public:
  /// `most_digits`: the 3 above; 1 for Qwen 2.
  explicit Gpt4Split(int most_digits) : most_digits_(most_digits) {}
  void split(std::string_view text, std::vector<Word>& words) const override;

 private:
  int most_digits_;
};

/// The pre-tokenizer that finds the matches of `pattern`, which cover every text; nullptr for a pattern that is not
/// known here.
std::unique_ptr<PreTokenizer> split_of_known(std::string_view pattern);

}  // namespace gramian::host
