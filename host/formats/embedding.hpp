#pragma once
// One door for every file format: an embedding matrix and, where there is one, its vocabulary.

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/matrix.hpp"
#include "engine/progress.hpp"
#include "engine/vocabulary.hpp"

namespace gramian::host {

/// A tensor of a file that may hold several, as the file describes it.
struct StoredTensor {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape;
};

/// A matrix as it was found in a file. The matrix is a view of the mapped file wherever the file holds plain
/// little-endian row-major values; text, big-endian and Fortran-ordered files are converted into memory.
struct Embedding {
  std::string path;    // as the user gave it, without #tensor
  std::string tensor;  // name of the tensor inside the file; empty where files hold only one
  std::string format;  // name of its row in the registry (format.hpp): "npy", "glove", ...
  Matrix matrix;
  std::optional<Vocabulary> vocabulary;  // one entry a row of the matrix
  std::string vocabulary_path;           // sidecar that was read; empty when inside the file or absent
  std::vector<std::string> files;        // every file read (shards too), for hashing
  std::vector<StoredTensor> tensors;     // all of the files read, where files may hold several
  std::string stored_type;               // of values that were unpacked to the matrix's type: "Q4_K"
  bool converted = false;                // the matrix lies in memory: it is no view of a mapped file
  std::vector<std::string> notes;        // what was understood that is not plain, a sentence each
};

/// How a file is read.
struct ReadOptions {
  std::optional<int64_t> limit;  // the first rows are enough: text with tokens is read no further
  bool pairs = false;            // an array of one dimension is one row: the pairs of items, which a vocabulary names
  int64_t most_memory = std::numeric_limits<int64_t>::max();  // bytes, for values that have to be converted
  Progress progress;                                          // of the bytes of a file that is read from front to back
};

/// Opens `input` = PATH or PATH#tensor; the format is found by content. `vocab` names a vocabulary sidecar,
/// which also replaces tokens inside the file; without it, and without such tokens, the usual names beside the matrix
/// are tried (vocabulary_file.hpp). `threads` parse text; fewer than 1 count as 1.
/// Throws InvalidUsage (no such file, a directory), InvalidInput (anything wrong inside a file: the message
/// names the file, the byte or line, and the remedy), OutOfMemory, Interrupted.
Embedding open_embedding(std::string_view input, const std::optional<std::filesystem::path>& vocab, int threads,
                         const ReadOptions& options = {});

}  // namespace gramian::host
