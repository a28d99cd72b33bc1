#pragma once
// How refusals are worded: one line that names the file, the place and the remedy.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gramian::host {

/// `bytes` for one line of a terminal: control characters, those that change the direction of writing, and bytes that
/// are not UTF-8 become \xHH, and anything past about `limit` bytes becomes "...".
std::string printable(std::string_view bytes, size_t limit = 60);

/// The same between single quotes.
std::string in_quotes(std::string_view bytes, size_t limit = 60);

/// Throw InvalidInput "PATH: what", "PATH: byte N: what" (counted from 0), "PATH: line N: what" (counted from 1).
[[noreturn]] void refuse(std::string_view path, const std::string& what);
[[noreturn]] void refuse_at_byte(std::string_view path, int64_t byte, const std::string& what);
[[noreturn]] void refuse_at_line(std::string_view path, int64_t line, const std::string& what);

}  // namespace gramian::host
