#pragma once
// Tokens that are looked for in the text before it is cut into words: "<|endoftext|>", "[MASK]".

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/text/pipeline/byte_trie.hpp"

namespace gramian::host {

struct AddedToken {
  std::string content;
  int64_t id = 0;
  bool single_word = false;  // not within a longer word
  bool lstrip = false;       // takes the white space before it
  bool rstrip = false;       // takes the white space after it
};

class AddedTokens {
 public:
  /// Tokens without content are left out.
  explicit AddedTokens(std::vector<AddedToken> tokens = {});

  bool empty() const { return tokens_.empty(); }

  /// A stretch of text; `id` is TextToken::kUnknown where no added token stands.
  struct Part {
    size_t begin, end;
    int64_t id;
  };
  /// All of `text`, which is UTF-8, in order: leftmost tokens first, of those at one place the longest.
  std::vector<Part> split(std::string_view text) const;

 private:
  /// The longest token at byte `at`; nullptr where there is none.
  const AddedToken* at(std::string_view text, size_t at) const;

  std::vector<AddedToken> tokens_;
  ByteTrie trie_;
};

}  // namespace gramian::host
