#pragma once
// Tokenizers: every way to cut a text into the tokens of a vocabulary, behind one door.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/vocabulary.hpp"

namespace gramian::host {

/// A token of a text: its number in the vocabulary, which is its row in the matrix, and the bytes of the text that it
/// stands for, [begin, end). Tokens come in the order of the text and never overlap; bytes between two of them belong
/// to none. A token of byte-level BPE may begin or end within a character. A range is empty where the token stands for
/// nothing of its own: a mark put before the text, or a further part of a character that the token before has.
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
  /// A name for people: "GPT-2 byte-level BPE", "WordPiece, uncased", "SentencePiece", "words".
  virtual std::string kind() const = 0;
  /// Ids are below this.
  virtual int64_t size() const = 0;
  /// The token as its vocabulary writes it ("Ġking", "##ing", "▁king"); empty for an id that has none.
  virtual std::string_view token(int64_t id) const = 0;
  /// The tokens of `text`. Any bytes are a text; bytes that are not UTF-8 are read as U+FFFD, as Python's
  /// errors="replace" does. No `[CLS]`, `<s>` and the like are put around it. Safe to call from several threads.
  /// Throws InvalidInput for a text of more than 1 GiB, or one on which the tokenizer's own pattern takes too much time
  /// or memory.
  virtual std::vector<TextToken> encode(std::string_view text) const = 0;
};

/// Opens the tokenizer in a file (tokenizer.json, vocab.txt of WordPiece, a SentencePiece model) or in a directory (one
/// of these, or vocab.json/encoder.json with merges.txt/vocab.bpe); the content of a file says what it is.
/// Throws InvalidUsage (nothing there) and InvalidInput (malformed, or of a kind that is not supported).
std::unique_ptr<Tokenizer> open_tokenizer(const std::filesystem::path& path);
/// The tokenizer for a vocabulary of words (GloVe, word2vec). The text is lower-cased first when no token has an
/// upper-case letter. A stretch without white space is a token if the vocabulary has it. Else it is cut at punctuation,
/// before 's 'm 'd 'll 're 've, before n't if that is a token (so "don't" is "do n't" for GloVe), and around every
/// character of scripts without spaces; of these parts the longest that together are a token are one. The rest is
/// kUnknown, part by part. `vocabulary` must outlive the result.
std::unique_ptr<Tokenizer> word_tokenizer(const Vocabulary& vocabulary);

}  // namespace gramian::host
