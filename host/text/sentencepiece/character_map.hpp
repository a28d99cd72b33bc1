#pragma once
// A table of strings and what replaces them, in SentencePiece's compiled form.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gramian::host {

/// The bytes of a double array (a trie in one table, of Darts-clone), then the replacements, each ended by a zero.
class CharacterMap {
 public:
  /// No table at all replaces nothing. Nothing for one that is cut short or leads out of itself.
  static std::optional<CharacterMap> read(std::string_view compiled);

  struct Match {
    size_t bytes = 0;  // 0: nothing is replaced here
    std::string_view by = {};
  };
  /// The longest string of the table at byte `at` of `text`.
  Match longest(std::string_view text, size_t at) const;

 private:
  bool closed() const;

  std::vector<uint32_t> units_;
  std::string replacements_;
};

}  // namespace gramian::host
