#pragma once
// Vocabularies in files of their own, beside a matrix without tokens. By content:
//   - a JSON object token -> row (GPT-2's vocab.json and encoder.json);
//   - tokenizer.json of Hugging Face: "model"."vocab" as an object, or as a list of [token, score] (Unigram), and
//     "added_tokens";
//   - otherwise text, one token a line (line_vocabulary.hpp).
// JSON may name fewer rows than there are: the others become unnamed (padding of an output layer). Text must have
// one line a row.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/vocabulary.hpp"
#include "host/formats/vocabularies/fit.hpp"

namespace gramian::host {

struct FoundVocabulary {
  Vocabulary vocabulary;
  std::string path;
  std::vector<std::string> notes;  // what was understood that is not plain
};

/// STEM.vocab.txt, which names the rows of the file `matrix` before anything else that lies beside it.
std::string own_vocabulary_path(const std::filesystem::path& matrix);

/// The file of labels that is looked for first beside the table of numbers `table`: "x_metadata.tsv" for x.tsv.
std::string label_path(const std::filesystem::path& table);

/// Reads the vocabulary `path` for the rows of `matrix`.
/// Throws InvalidUsage (no such file) and InvalidInput: malformed, repeated keys or ids, counts that do not fit.
FoundVocabulary read_vocabulary(const std::filesystem::path& path, const NamedFor& matrix);

/// The vocabulary that lies beside the file of `matrix`: STEM.vocab.txt (read as read_vocabulary does), else the first
/// that fits of tokenizer.json, vocab.json, encoder.json, vocab.txt; for a table of numbers, before these, of its own
/// name with "metadata" or "meta" for "vectors", "vecs" or "tensor", STEM_metadata.tsv, metadata.tsv, meta.tsv. One
/// does not fit, and is passed over, when it is no vocabulary, has more tokens than there are rows, is text with
/// another number of lines, or is JSON that names fewer than half of the rows: it may belong to another matrix of the
/// same directory.
std::optional<FoundVocabulary> find_vocabulary(const NamedFor& matrix);

}  // namespace gramian::host
