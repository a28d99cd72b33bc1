#pragma once
// Vectors that gensim has saved: KeyedVectors (.kv) and the models that hold them (.model), pickles with large arrays
// as .npy files beside them. Writer: gensim/utils.py, SaveLoad.

#include <string_view>

#include "host/formats/embedding.hpp"
#include "host/formats/format.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is a pickle of something of gensim's.
bool is_gensim_file(std::string_view start);

/// The words and vectors of a file of gensim 1 or later. Nothing of the pickle is run (pickle.hpp).
/// Throws InvalidInput: what Pickle refuses, no word vectors, a file beside it that is missing, other than one vector a
/// word.
void read_gensim(const Source& source, Embedding& embedding);

}  // namespace gramian::host
