#pragma once
// Vocabularies as text: one token a line.

#include <string>
#include <vector>

#include "engine/vocabulary.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/vocabularies/fit.hpp"

namespace gramian::host {

/// The vocabulary in `file` for the rows of `matrix`, which must be as many. Lines end at \n, or all of them at \r\n;
/// tokens are kept byte for byte. Where a number ends every line after a tab or a space (counts of GloVe, fairseq and
/// word2vec, scores of SentencePiece's .vocab), the tokens are what precedes it. Beside a table of numbers (the
/// Embedding Projector's vectors.tsv) tabs separate columns: the tokens are the first one, or the one called word,
/// token, label or name in a header row, which is there where the file has one line more than the table. What was so
/// understood is appended to `notes`. Throws InvalidInput (no text, NUL bytes, a byte order mark) and DoesNotFit.
Vocabulary read_line_vocabulary(const MappedFile& file, const NamedFor& matrix, std::vector<std::string>& notes);

}  // namespace gramian::host
