#pragma once
// Vectors line by line or record by record: as word2vec, fastText and GloVe write them, and tab-separated values.

#include <memory>

#include "host/report/vectors/vector_file.hpp"

namespace gramian::host {

/// word2vec binary: a line "N D", then of every row the token, a space, D numbers of 32 bits and a newline.
std::unique_ptr<VectorFile> make_word2vec_binary(const VectorShape& shape);
/// fastText's .vec, which is word2vec text: a line "N D", then a line a row, by spaces. Tokens may hold spaces.
std::unique_ptr<VectorFile> make_vec_file(const VectorShape& shape);
/// GloVe: the same without the first line; no token may hold a space.
std::unique_ptr<VectorFile> make_glove_file(const VectorShape& shape);
/// Numbers alone, by tabs.
std::unique_ptr<VectorFile> make_tsv_file(const VectorShape& shape);

}  // namespace gramian::host
