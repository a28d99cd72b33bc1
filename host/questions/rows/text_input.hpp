#pragma once
// A text cut into tokens that are rows of a matrix.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/formats/files/mapped_file.hpp"
#include "host/questions/run/run.hpp"
#include "host/text/tokenizer.hpp"

namespace gramian::questions {

struct TextInput {
  std::string path;
  std::shared_ptr<const host::MappedFile> file;
  std::vector<host::TextToken> tokens;         // ids are rows of the matrix
  std::unique_ptr<host::Tokenizer> tokenizer;  // null where the tokens came as ids
  std::string tokenized_by;                    // for people: "GPT-2 byte-level BPE (gpt2)"
  int64_t out_of_vocabulary = 0;               // tokens of id kUnknown

  std::string_view bytes() const { return file->bytes(); }
  /// In the order of first appearance.
  std::vector<int64_t> distinct_rows() const;
};

/// The tokens of `text`; what WordPiece and SentencePiece call [UNK] and <unk> has no row.
std::vector<host::TextToken> cut(const host::Tokenizer& tokenizer, std::string_view text);

/// Reads --text and cuts it: by --token-ids or --tokenizer; else by a tokenizer beside the matrix or its vocabulary
/// that fits them; else into words of the vocabulary. A matrix without a vocabulary gets the tokenizer's. Adds `text`
/// to the result, and notes. To be called before rows are chosen. Throws InvalidInput: an empty text, a binary file, a
/// tokenizer that does not fit the matrix, unreadable ids.
TextInput read_text(Run& run, Input& input, const TextOptions& options);

}  // namespace gramian::questions
