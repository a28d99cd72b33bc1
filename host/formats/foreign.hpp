#pragma once
// Files that are known, but not read: told by their first bytes, and refused with the way to convert them.

#include <string_view>

namespace gramian::host {

/// Throws InvalidInput when `start`, the first bytes of the file `path`, are those of a kind of file that no reader
/// takes: archives, pickles, UTF-16, web pages, pointers to files elsewhere. Where `may_be_text`, magic numbers of
/// plain characters pass: they may be the first token of a text.
void refuse_foreign(std::string_view path, std::string_view start, bool may_be_text);

/// Throws InvalidInput when `start` is the magic number of a format of matrices: the file was given as a text.
void refuse_matrix_format(std::string_view path, std::string_view start);

/// Throws InvalidInput when `start` is UTF-16 text without a byte order mark.
void refuse_utf16(std::string_view path, std::string_view start);

/// Throws InvalidInput for a file of no known format, saying how it starts and what can be read.
[[noreturn]] void refuse_unknown(std::string_view path, std::string_view start);

}  // namespace gramian::host
