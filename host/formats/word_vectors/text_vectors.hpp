#pragma once
// Vectors as text: word2vec's and fastText's .vec ("N d" first) and GloVe's .txt (no header). One token and its d
// values a line, separated by single spaces (0x20 and nothing else: U+00A0, U+2009, U+0085 and tabs belong to
// tokens); lines end at \n.
//
// Every line must end in \n, the last one included: without it, a number cut short could not be told from a whole
// one. A file written without a final newline is made readable by adding one.

#include <cstdint>
#include <memory>
#include <optional>

#include "host/formats/files/mapped_file.hpp"
#include "host/formats/named_matrix.hpp"
#include "host/formats/word_vectors/word2vec_header.hpp"

namespace gramian::host {

/// Reads the lines after `header` into an owned f32 matrix; tokens hold no space.
/// Throws InvalidInput naming the line: another number of lines or fields than promised, fields that are not numbers.
NamedMatrix read_word2vec_text(const std::shared_ptr<const MappedFile>& file, const Word2vecHeader& header,
                               int threads);

/// The number of values a line in a GloVe file. A line suggests as many as there are numbers at its end, its first
/// field (always part of the token) aside; that is too many for a token that ends in a number ("windows 95"), and
/// wrong for a damaged line. So what two of the first three lines suggest is taken; where no two agree, the least.
/// At least 2; nothing when a file that starts with `start` is not GloVe text.
std::optional<int64_t> glove_dimensions(std::string_view start);

/// Reads GloVe text of `cols` values a line into an owned f32 matrix. A token may hold spaces: the values are the
/// last `cols` fields. A token with a field that looks like a value (such as "0.5") is refused as a damaged line.
/// Throws InvalidInput naming the line: too few fields, fields that are not numbers.
NamedMatrix read_glove(const std::shared_ptr<const MappedFile>& file, int64_t cols, int threads);

}  // namespace gramian::host
