#pragma once
// SentencePiece's precompiled charsmap: a table of strings and what replaces them; and the normalizer Precompiled of
// Hugging Face's tokenizers, which applies such a table.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

/// The bytes of a double array (a trie in one table, of Darts-clone), then the replacements, each ended by a zero.
class PrecompiledCharsmap {
 public:
  /// An empty table replaces nothing. The result is nothing for one that is cut short or leads out of itself.
  static std::optional<PrecompiledCharsmap> read(std::string_view compiled);

  struct Match {
    size_t bytes = 0;  // 0: nothing is replaced here
    std::string_view by = {};
  };
  /// The longest string of the table at byte `at` of `text`.
  Match longest(std::string_view text, size_t at) const;
  /// The shortest string of the table that `text` begins with.
  Match shortest(std::string_view text) const;

 private:
  bool closed() const;
  template <class Found>
  void each(std::string_view text, size_t at, const Found& found) const;

  std::vector<uint32_t> units_;
  std::string replacements_;
};

/// Looks a grapheme cluster of less than 6 bytes up as a whole: the shortest string of the table that it begins with
/// says what all of it becomes. Where there is none, and in longer clusters, every code point is looked up alone.
class Precompiled final : public Normalizer {
 public:
  explicit Precompiled(PrecompiledCharsmap charsmap) : charsmap_(std::move(charsmap)) {}
  NormalizedString apply(std::string_view text) const override;

 private:
  PrecompiledCharsmap charsmap_;
};

}  // namespace gramian::host
