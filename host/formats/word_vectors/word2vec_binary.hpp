#pragma once
// word2vec's binary format: "N d\n", then N times a token, a space and d little-endian f32 values.

#include <memory>

#include "host/formats/files/mapped_file.hpp"
#include "host/formats/named_matrix.hpp"
#include "host/formats/word_vectors/word2vec_header.hpp"

namespace gramian::host {

/// Reads `file`, whose header is `header`, into an owned f32 matrix. A newline may stand between records (Google's
/// tool writes it, gensim does not), so tokens lose leading newlines; otherwise they are kept byte for byte.
/// Throws InvalidInput: fewer records than promised (naming how many there are), bytes left after the last.
NamedMatrix read_word2vec_binary(const std::shared_ptr<const MappedFile>& file, const Word2vecHeader& header,
                                 int threads);

}  // namespace gramian::host
