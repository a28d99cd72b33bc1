#pragma once
// Numbers apart from all else.

#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

class DigitSplitter final : public WordSplitter {
 public:
  /// `individual`: every digit is a word, not every run of them.
  explicit DigitSplitter(bool individual) : individual_(individual) {}
  void split(std::string_view text, std::vector<Word>& words) const override;

 private:
  bool individual_;
};

}  // namespace gramian::host
