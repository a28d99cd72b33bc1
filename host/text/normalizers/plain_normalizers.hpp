#pragma once
// The simple steps that tokenizer.json lists.

#include <string>

#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

/// Puts `prefix` before the text; with `unless_there`, only where the text does not begin with it.
class Prepend final : public Normalizer {
 public:
  Prepend(std::string prefix, bool unless_there) : prefix_(std::move(prefix)), unless_there_(unless_there) {}
  EditedText apply(std::string_view text) const override;

 private:
  std::string prefix_;
  bool unless_there_;
};

/// Puts `by` wherever `what`, which is not empty, stands.
class Replace final : public Normalizer {
 public:
  Replace(std::string what, std::string by) : what_(std::move(what)), by_(std::move(by)) {}
  EditedText apply(std::string_view text) const override;

 private:
  std::string what_;
  std::string by_;
};

/// Small letters, one code point at a time.
class Lowercase final : public Normalizer {
 public:
  EditedText apply(std::string_view text) const override;
};

}  // namespace gramian::host
