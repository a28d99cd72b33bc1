#pragma once
// A text in which some stretches were replaced, and the way back.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/text/tokenizer.hpp"

namespace gramian::host {

/// Built from front to back by keep and replace, then read. Without a replacement nothing is copied, so the original
/// must outlive it.
class EditedText {
 public:
  explicit EditedText(std::string_view original) : original_(original) {}

  /// The next `bytes` bytes of the original stay as they are.
  void keep(size_t bytes);
  /// The next `bytes` bytes of the original become `by`; either may be nothing.
  void replace(size_t bytes, std::string_view by);

  /// What was not yet spoken of is kept.
  std::string_view text();
  /// Turns ranges of text() into ranges of the original. A place within a replacement becomes the end of what was
  /// replaced: the first token of several that share a replacement has all of it.
  void restore(std::vector<TextToken>& tokens) const;

 private:
  struct Edit {
    int64_t begin, end;                    // in text()
    int64_t original_begin, original_end;  // in the original
  };

  std::string_view original_;
  size_t spoken_of_ = 0;
  size_t copied_ = 0;  // of what was spoken of
  std::string text_;
  bool changed_ = false;
  std::vector<Edit> edits_;  // but for a code point by one of the same length
};

/// `text` with U+FFFD for every stretch that is not UTF-8, cut as Python's errors="replace" and the Unicode Standard
/// (3.9, "maximal subpart") have it.
EditedText as_utf8(std::string_view text);

}  // namespace gramian::host
