#pragma once
// Words that begin with a mark.

#include <string>
#include <utility>

#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

class MarkSplitter final : public WordSplitter {
 public:
  /// Cuts before every `mark`, which is not empty; with `runs`, only before the first of several.
  explicit MarkSplitter(std::string mark, bool runs = false) : mark_(std::move(mark)), runs_(runs) {}
  void split(std::string_view text, std::vector<Word>& words) const override;

 private:
  std::string mark_;
  bool runs_;
};

}  // namespace gramian::host
