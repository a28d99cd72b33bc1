#pragma once
// Writes any bytes as a field of tab-separated text.

#include <string>
#include <string_view>

namespace gramian::host {

/// A line of the file is one record and a tab ends a field, whatever a token is: tab, newline and carriage return
/// become
/// `\t`, `\n` and `\r`; bytes that are not UTF-8, control characters and those that end a line or change the direction
/// of writing become `\xHH`. A field with a `"` stands between quotes, its own doubled, as RFC 4180 has it and pandas
/// and R's read.delim read it. Everything else, a backslash too, stays as it is.
std::string tsv_text(std::string_view bytes);

}  // namespace gramian::host
