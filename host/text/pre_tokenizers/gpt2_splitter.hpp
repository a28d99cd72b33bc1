#pragma once
// The words of GPT-2's byte-level BPE.

#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+, in one pass without a regular
/// expression.
class Gpt2Splitter final : public WordSplitter {
 public:
  void split(std::string_view text, std::vector<Word>& words) const override;
};

}  // namespace gramian::host
