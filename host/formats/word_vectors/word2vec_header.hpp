#pragma once
// The first line of word2vec's binary and text formats: "N d".

#include <cstdint>
#include <optional>
#include <string_view>

#include "host/formats/files/byte_stream.hpp"
#include "host/formats/format.hpp"

namespace gramian::host {

struct Word2vecHeader {
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t size = 0;  // bytes, its newline included
};

/// The header, when the first line of `start` is exactly two integers, possible ones or not.
std::optional<Word2vecHeader> find_word2vec_header(std::string_view start);

/// Whether what follows the header `header` at the start of a file are lines of text, not binary records.
bool word2vec_is_text(std::string_view start, const Word2vecHeader& header);

/// The header at the front of `stream`, which is that of `source` and has one. Throws InvalidInput when it says
/// something impossible: zero, negative or huge numbers, a vector that is larger than the file.
Word2vecHeader read_word2vec_header(const Source& source, ByteStream& stream);

}  // namespace gramian::host
