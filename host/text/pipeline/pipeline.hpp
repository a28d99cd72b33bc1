#pragma once
// A tokenizer as most of them are built: find the added tokens, normalize what lies between them, cut it into words,
// look each word up.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/vocabulary.hpp"
#include "host/text/pipeline/added_tokens.hpp"
#include "host/text/pipeline/edited_text.hpp"
#include "host/text/tokenizer.hpp"

namespace gramian::host {

// All of these are safe to call from several threads. Their texts are UTF-8.

class Normalizer {
 public:
  virtual ~Normalizer() = default;
  /// `text` must outlive the result.
  virtual EditedText apply(std::string_view text) const = 0;
};

class WordSplitter {
 public:
  struct Word {
    size_t begin, end;
  };
  virtual ~WordSplitter() = default;
  /// Appends the words of `text`, none of them empty, in order.
  virtual void split(std::string_view text, std::vector<Word>& words) const = 0;
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

/// First an edit (a space put before the text, say), then a cut; either may be missing.
struct CuttingStage {
  std::unique_ptr<Normalizer> edit = {};
  bool edit_first_only = false;  // only of the stretch at the beginning of the text
  std::unique_ptr<WordSplitter> splitter = {};
};

struct PipelineParts {
  std::string kind;
  Vocabulary vocabulary;
  AddedTokens added;             // looked for in the text as it is
  AddedTokens normalized_added;  // looked for in the normalized text
  std::vector<std::unique_ptr<Normalizer>> normalizers;
  std::vector<CuttingStage> stages;  // each works on what the one before has left
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
  /// Appends tokens as ranges of what `stretch` is a part of: `offset` is where it begins there.
  void cut(Stretch stretch, size_t stage, size_t offset, Words& words, std::vector<TextToken>& tokens) const;

  PipelineParts parts_;
};

}  // namespace gramian::host
