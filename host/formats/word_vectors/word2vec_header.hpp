#pragma once
// The first line of word2vec's binary and text formats: "N d".

#include <cstdint>
#include <optional>

#include "host/formats/files/mapped_file.hpp"

namespace gramian::host {

struct Word2vecHeader {
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t size = 0;  // bytes, its newline included
};

/// The header, when the first line of `file` is exactly two integers. Throws InvalidInput when it is, but says
/// something impossible: zero, negative or huge numbers, a vector that is larger than the file.
std::optional<Word2vecHeader> read_word2vec_header(const MappedFile& file);

}  // namespace gramian::host
