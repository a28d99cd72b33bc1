#pragma once
// Vectors as text: word2vec's and fastText's .vec ("N d" first), GloVe's .txt (no header), tables of tokens and
// values, tables of values alone. One token and its d values a line, separated by single spaces (0x20 and nothing else:
// U+00A0, U+2009, U+0085 belong to tokens), tabs or commas (text_layout.hpp); lines end at \n. A token may hold spaces:
// the values are the last d fields. A token with a field that looks like a value (such as "0.5") is refused as a
// damaged line.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/formats/files/byte_stream.hpp"
#include "host/formats/format.hpp"
#include "host/formats/named_matrix.hpp"
#include "host/formats/word_vectors/word2vec_header.hpp"

namespace gramian::host {

/// Reads what `source` holds into owned f32 values: the lines after the header, or all lines. Fills in matrix,
/// vocabulary and notes.
/// Throws InvalidInput naming the line: another number of lines or fields than promised, fields that are not numbers;
/// OutOfMemory; Interrupted.
void read_word2vec_text(const Source& source, Embedding& embedding);
void read_text_table(const Source& source, Embedding& embedding);

}  // namespace gramian::host
