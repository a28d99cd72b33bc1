#pragma once
// Tokens that are looked for in the text before it is cut into words: "<|endoftext|>", "[MASK]".

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

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

  static constexpr size_t kRoot = 0;
  std::vector<AddedToken> tokens_;
  // A trie: (node, byte) -> node, and the token that ends at a node.
  std::unordered_map<uint64_t, size_t> next_;
  std::vector<const AddedToken*> ends_;
  std::array<bool, 256> begins_{};
};

}  // namespace gramian::host
