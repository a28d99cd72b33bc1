#pragma once
// Vocabularies in files of their own, beside a matrix without tokens. By content:
//   - a JSON object token -> row (GPT-2's vocab.json and encoder.json);
//   - tokenizer.json of Hugging Face: "model"."vocab" as an object, or as a list of [token, score] (Unigram), and
//     "added_tokens";
//   - otherwise text, one token a line (BERT's vocab.txt): lines end at \n, tokens are kept byte for byte; when every
//     line ends in \r\n, the \r goes.
// JSON may name fewer rows than there are: the others become unnamed (padding of an output layer). Text must have
// one line a row.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/vocabulary.hpp"

namespace gramian::host {

/// Reads the vocabulary `path` for the `rows` rows of the matrix in `matrix_path` (named in errors).
/// Throws InvalidUsage (no such file) and InvalidInput: malformed, repeated keys or ids, counts that do not fit.
Vocabulary read_vocabulary(const std::filesystem::path& path, const std::string& matrix_path, int64_t rows);

struct FoundVocabulary {
  Vocabulary vocabulary;
  std::string path;
};

/// The vocabulary that lies beside `matrix_path`: STEM.vocab.txt (read as read_vocabulary does), else the first of
/// tokenizer.json, vocab.json, encoder.json, vocab.txt that fits. One of these four does not fit, and is passed over,
/// when it is no vocabulary, has more tokens than there are rows, is text with another number of lines, or is JSON
/// that names fewer than half of the rows: it may belong to another matrix of the same directory.
std::optional<FoundVocabulary> find_vocabulary(const std::string& matrix_path, int64_t rows);

}  // namespace gramian::host
