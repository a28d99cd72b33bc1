#pragma once
// Byte-pair encoding (BPE): a word is cut into symbols, its characters or bytes, and then neighbours are merged.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/vocabulary.hpp"
#include "host/text/models/merge_table.hpp"
#include "host/text/models/unknown_pieces.hpp"
#include "host/text/pipeline/byte_trie.hpp"
#include "host/text/pipeline/pipeline.hpp"
#include "host/text/pipeline/token_map.hpp"

namespace gramian::host {

struct BpeParts {
  /// The symbols that a word is cut into, as the text has them. Where tokens say that they continue a word (a prefix)
  /// or end it (CLIP's suffix </w>), the same character is another symbol there.
  struct Alphabet {
    ByteTrie inside = {};
    std::optional<ByteTrie> continuing = {}, last = {}, continuing_and_last = {};
  };
  Alphabet alphabet = {};
  bool byte_level = false;  // the characters of a word are its bytes, not its code points
  std::vector<MergeTable::Merge> merges = {};
  TokenMap whole_words = {};               // words that are a token, whatever the merges
  int32_t unknown = MergeTable::kNoMerge;  // the symbol of a character that is not in the alphabet
  bool fuse_unknown = false;               // neighbours that are not in the alphabet become one such symbol
  std::optional<ByteTokens> bytes = {};    // what characters become instead that are not in the alphabet
  /// Symbols from here on are no tokens, but characters that only longer tokens have. They are unknown where they are
  /// left when nothing more can be merged.
  int32_t tokens = INT32_MAX;
  std::optional<UnknownPieces> unknown_pieces = {};  // applied at the end
  /// Symbols that must not be left at the end: they are taken apart again, into the last two that were found to make
  /// them anywhere in the word, as SentencePiece does it. Without any, both vectors are empty.
  std::vector<bool> unused = {};
  std::vector<uint32_t> symbol_bytes = {};
};

/// The tokens of `vocabulary` that are single characters, after `prefix` where they continue a word and before `suffix`
/// where they end it; either may be empty. `byte_level`: they spell bytes (byte_alphabet.hpp).
BpeParts::Alphabet bpe_alphabet(const Vocabulary& vocabulary, bool byte_level, std::string_view prefix,
                                std::string_view suffix);

class BpeModel final : public WordModel {
 public:
  explicit BpeModel(BpeParts parts) : parts_(std::move(parts)), merges_(parts_.merges) {}
  void encode(std::string_view word, std::vector<Piece>& pieces) const override;

 private:
  std::vector<MergeTable::Symbol> symbols(std::string_view word) const;
  const ByteTrie& alphabet(bool continuing, bool last) const;
  /// Appends the symbols that an unused one at `begin` is taken apart into, or itself.
  void append(MergeTable::Symbol symbol, uint32_t begin, const MergeTable::Made& made,
              std::vector<Piece>& pieces) const;

  BpeParts parts_;
  MergeTable merges_;
};

}  // namespace gramian::host
