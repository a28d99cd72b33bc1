#pragma once
// One door for every way to cut a text into the tokens of a vocabulary.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/vocabulary.hpp"

namespace gramian::host {

/// A token of a text: its number in the vocabulary, which is its row in the matrix, and the bytes of the text that it
/// stands for, [begin, end). Tokens come in the order of the text; bytes between two of them belong to none.
struct TextToken {
  static constexpr int64_t kUnknown = -1;  // out of vocabulary
  int64_t id = kUnknown;
  int64_t begin = 0;
  int64_t end = 0;
  friend bool operator==(const TextToken&, const TextToken&) = default;
};

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  /// For people: "GPT-2 byte-level BPE", "WordPiece, uncased", "SentencePiece", "words".
  virtual std::string kind() const = 0;
  /// Ids are below this.
  virtual int64_t size() const = 0;
  /// The token as its vocabulary writes it ("Ġking", "##ing", "▁king"); empty for an id that has none.
  virtual std::string_view token(int64_t id) const = 0;
  /// Any bytes are a text. Safe to call from several threads.
  virtual std::vector<TextToken> encode(std::string_view text) const = 0;
};

/// The tokenizer in a file (tokenizer.json, vocab.txt of WordPiece, a SentencePiece model) or in a directory (one of
/// these, or vocab.json/encoder.json with merges.txt/vocab.bpe), chosen by content.
/// Throws InvalidUsage (nothing there) and InvalidInput (malformed, or of a kind that is not supported).
std::unique_ptr<Tokenizer> open_tokenizer(const std::filesystem::path& path);
/// Words of a vocabulary of words (GloVe, word2vec); lower-cased first when no token has an upper-case letter.
/// `vocabulary` must outlive the result.
std::unique_ptr<Tokenizer> word_tokenizer(const Vocabulary& vocabulary);

}  // namespace gramian::host
