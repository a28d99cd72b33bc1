#pragma once
// Words by a regular expression, through ICU.

#include <memory>
#include <string>
#include <string_view>

#include "host/text/pipeline/pipeline.hpp"

struct URegularExpression;

namespace gramian::host {

/// What becomes of the matches and of what lies between them.
enum class SplitBehavior : uint8_t { removed, isolated, merged_with_previous, merged_with_next, contiguous };

class RegexSplitter final : public WordSplitter {
 public:
  /// `invert`: what lies between matches counts as match. Throws InvalidInput, naming `path`, for a pattern that ICU
  /// does not understand.
  RegexSplitter(std::string_view path, std::string_view pattern, SplitBehavior behavior, bool invert);
  ~RegexSplitter() override;
  /// Throws InvalidInput for a text on which the pattern takes too much time or memory.
  void split(std::string_view text, std::vector<Word>& words) const override;

 private:
  struct Close {
    void operator()(URegularExpression* expression) const;
  };
  std::unique_ptr<URegularExpression, Close> expression_;
  SplitBehavior behavior_;
  bool invert_;
};

}  // namespace gramian::host
