#pragma once
// Writes any bytes as a field of tab-separated text.

#include <string>
#include <string_view>

namespace gramian::host {

/// `\` becomes `\\`; tab, newline and carriage return become `\t`, `\n` and `\r`; bytes that are not UTF-8, control
/// characters and those that end a line or change the direction of writing become `\xHH`; everything else stays as it
/// is.
std::string tsv_text(std::string_view bytes);

}  // namespace gramian::host
