#pragma once
// A normalized string: a text in which stretches were replaced, and the way from its bytes back to those of the
// original.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/text/tokenizer.hpp"

namespace gramian::host {

/// It is built from front to back by keep and replace, then read. Without a replacement nothing is copied, so the
/// original must outlive it.
class NormalizedString {
 public:
  explicit NormalizedString(std::string_view original) : original_(original) {}
  /// `origins` says for every byte of `text`, and for its end, which byte of the original it comes from: a range
  /// [begin, end) of `text` is [origins[begin], origins[end]) of the original.
  NormalizedString(std::string text, std::vector<uint32_t> origins)
      : text_(std::move(text)), changed_(true), origins_(std::move(origins)) {}

  /// The next `bytes` bytes of the original stay as they are.
  void keep(size_t bytes) { read_ += bytes; }
  /// The next `bytes` bytes of the original become `by`; either may be empty.
  void replace(size_t bytes, std::string_view by);

  bool changed() const { return changed_; }
  /// The normalized text. Call it after the last edit; the rest of the original is kept.
  std::string_view text();
  /// Turns ranges of text(), in order, into ranges of the original. The first token of several that share a replacement
  /// has all of what was replaced, the others have nothing of it.
  void restore(std::vector<TextToken>& tokens) const;

 private:
  struct Edit {
    int64_t begin, end;                    // in text()
    int64_t original_begin, original_end;  // in the original
  };

  std::string_view original_;
  size_t read_ = 0;    // bytes of the original that were kept or replaced
  size_t copied_ = 0;  // bytes of the original whose normalized form is in text_
  std::string text_;
  bool changed_ = false;
  std::vector<Edit> edits_;  // a code point replaced by one of the same length is none
  std::vector<uint32_t> origins_;
};

/// `text` with U+FFFD for every stretch that is not UTF-8, cut as Python's errors="replace" and the Unicode Standard
/// (3.9, "maximal subpart") have it.
NormalizedString as_utf8(std::string_view text);

}  // namespace gramian::host
