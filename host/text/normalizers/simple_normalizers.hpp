#pragma once
// The simple normalizers of tokenizer.json, by the names that they have there.

#include <string>
#include <utility>

#include "host/text/pipeline/pipeline.hpp"
#include "host/text/unicode/regex.hpp"

namespace gramian::host {

/// Puts `prefix` before a text that is not empty.
class Prepend final : public Normalizer {
 public:
  explicit Prepend(std::string prefix) : prefix_(std::move(prefix)) {}
  NormalizedString apply(std::string_view text) const override;

 private:
  std::string prefix_;
};

/// Replaces every occurrence of `what`, which is not empty.
class Replace final : public Normalizer {
 public:
  Replace(std::string what, std::string by) : what_(std::move(what)), by_(std::move(by)) {}
  NormalizedString apply(std::string_view text) const override;

 private:
  std::string what_;
  std::string by_;
};

/// Replaces every match of a pattern, which does not match nothing.
class ReplaceRegex final : public Normalizer {
 public:
  ReplaceRegex(Regex what, std::string by) : what_(std::move(what)), by_(std::move(by)) {}
  NormalizedString apply(std::string_view text) const override;

 private:
  Regex what_;
  std::string by_;
};

/// Lower case, one code point at a time.
class Lowercase final : public Normalizer {
 public:
  NormalizedString apply(std::string_view text) const override;
};

/// Leaves out all marks (Unicode's category M). It decomposes nothing.
class StripAccents final : public Normalizer {
 public:
  NormalizedString apply(std::string_view text) const override;
};

/// Leaves out white space at the ends.
class Strip final : public Normalizer {
 public:
  Strip(bool left, bool right) : left_(left), right_(right) {}
  NormalizedString apply(std::string_view text) const override;

 private:
  bool left_;
  bool right_;
};

}  // namespace gramian::host
