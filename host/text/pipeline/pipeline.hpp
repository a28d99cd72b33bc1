#pragma once
// The pipeline that most tokenizers are: it finds the added tokens, normalizes the text between them, splits it into
// words (pre-tokenization) and looks each word up in the model.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/vocabulary.hpp"
#include "host/text/pipeline/added_tokens.hpp"
#include "host/text/pipeline/normalized_string.hpp"
#include "host/text/tokenizer.hpp"

namespace gramian::host {

// All of these are safe to call from several threads. Their texts are UTF-8.

class Normalizer {
 public:
  virtual ~Normalizer() = default;
  /// `text` must outlive the result.
  virtual NormalizedString apply(std::string_view text) const = 0;
};

/// A pre-tokenizer may change a stretch of text (Metaspace writes ▁ for spaces), and then splits it into words.
class PreTokenizer {
 public:
  struct Word {
    size_t begin, end;
  };
  virtual ~PreTokenizer() = default;
  /// The text that is split; by default, `text` as it is. `first`: it is the beginning of the whole text.
  virtual NormalizedString edit(std::string_view text, [[maybe_unused]] bool first) const {
    return NormalizedString(text);
  }
  /// Appends the words of an edited text that is not empty, none of them empty, in order; by default, all of it.
  virtual void split(std::string_view text, std::vector<Word>& words) const { words.push_back({0, text.size()}); }
};

class WordModel {
 public:
  struct Piece {
    int32_t id;           // or TextToken::kUnknown
    uint32_t begin, end;  // in the word
  };
  virtual ~WordModel() = default;
  /// Appends the pieces of `word`, which is not empty, in order.
  virtual void encode(std::string_view word, std::vector<Piece>& pieces) const = 0;
};

struct PipelineParts {
  std::string kind;
  Vocabulary vocabulary;
  AddedTokens added;             // looked for in the text as it is
  AddedTokens normalized_added;  // looked for in the normalized text
  std::vector<std::unique_ptr<Normalizer>> normalizers;
  std::vector<std::unique_ptr<PreTokenizer>> pre_tokenizers;  // each splits the words of the one before
  std::unique_ptr<WordModel> model;
};

class Pipeline final : public Tokenizer {
 public:
  explicit Pipeline(PipelineParts parts) : parts_(std::move(parts)) {}

  std::string kind() const override { return parts_.kind; }
  int64_t size() const override { return parts_.vocabulary.size(); }
  std::string_view token(int64_t id) const override;
  std::vector<TextToken> encode(std::string_view text) const override;

 private:
  class Words;
  struct Stretch {
    std::string_view text;
    bool first;  // at the beginning of the whole text
  };
  void normalize(Stretch stretch, size_t normalizer, Words& words, std::vector<TextToken>& tokens) const;
  /// Appends tokens as ranges of the text that `stretch` is a part of, beginning at `offset`.
  void split(Stretch stretch, size_t pre_tokenizer, size_t offset, Words& words, std::vector<TextToken>& tokens) const;

  PipelineParts parts_;
};

}  // namespace gramian::host
