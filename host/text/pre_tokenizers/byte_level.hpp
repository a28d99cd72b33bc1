#pragma once
// ByteLevel: what byte-level BPE does to a text before its words are looked up.

#include <memory>
#include <string_view>
#include <vector>

#include "host/text/pre_tokenizers/gpt_patterns.hpp"

namespace gramian::host {

/// Puts a space before a stretch that begins with none, and splits it into GPT-2's words; either may be left out.
class ByteLevel final : public PreTokenizer {
 public:
  ByteLevel(bool add_prefix_space, bool use_regex) : add_prefix_space_(add_prefix_space), use_regex_(use_regex) {}
  NormalizedString edit(std::string_view text, bool first) const override;
  void split(std::string_view text, std::vector<Word>& words) const override;

 private:
  bool add_prefix_space_;
  bool use_regex_;
  Gpt2Split words_;
};

/// Spells every byte by its printable character, for pre-tokenizers that come after ByteLevel and see it.
class ByteAlphabet final : public PreTokenizer {
 public:
  NormalizedString edit(std::string_view text, bool first) const override;
};

}  // namespace gramian::host
