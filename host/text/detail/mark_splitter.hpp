#pragma once
// Words that begin with a mark.

#include <string>
#include <utility>

#include "host/text/detail/pipeline.hpp"

namespace gramian::host {

/// Cuts before every `mark`, which is not empty.
class MarkSplitter final : public WordSplitter {
 public:
  explicit MarkSplitter(std::string mark) : mark_(std::move(mark)) {}
  void split(std::string_view text, std::vector<Word>& words) const override;

 private:
  std::string mark_;
};

}  // namespace gramian::host
