#pragma once
// Vectors that gensim has saved: KeyedVectors (.kv) and the models that hold them (.model), pickles with large arrays
// as .npy files beside them. Writer: gensim/utils.py, SaveLoad.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/formats/files/mapped_file.hpp"
#include "host/formats/named_matrix.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is a pickle of something of gensim's.
bool is_gensim_file(std::string_view start);

struct GensimVectors {
  NamedMatrix named;
  std::vector<std::string> files;  // that were opened, after the one given
  bool converted = false;          // the matrix lies in memory: it is no view of a mapped file
};

/// The words and vectors of a file of gensim 1 or later. Nothing of the pickle is run (pickle.hpp).
/// Throws InvalidInput: what Pickle refuses, no word vectors, a file beside it that is missing, other than one vector a
/// word.
GensimVectors read_gensim(const std::shared_ptr<const MappedFile>& file);

}  // namespace gramian::host
