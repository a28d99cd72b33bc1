#pragma once
// word2vec's binary format: "N d\n", then N times a token, a space and d little-endian f32 values.

#include "host/formats/format.hpp"

namespace gramian::host {

/// Reads what `source` holds into owned f32 values. A newline may stand between records (Google's tool writes it,
/// gensim does not), so tokens lose leading newlines; otherwise they are kept byte for byte. Fills in matrix,
/// vocabulary, notes. Throws InvalidInput: fewer records than promised (naming how many there are), bytes left after
/// the last; OutOfMemory; Interrupted.
void read_word2vec_binary(const Source& source, Embedding& embedding);

}  // namespace gramian::host
