#pragma once
// The words of BERT.

#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

/// Stretches without white space; each punctuation mark is a word of its own. ASCII's symbols count as punctuation.
class BertSplitter final : public WordSplitter {
 public:
  void split(std::string_view text, std::vector<Word>& words) const override;
};

}  // namespace gramian::host
