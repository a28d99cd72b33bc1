#pragma once
// Writes any bytes as a field of tab-separated text.

#include <string>
#include <string_view>

namespace gramian::host {

/// `\` becomes `\\`; tab, newline and carriage return become `\t`, `\n` and `\r`; everything else stays as it is.
std::string tsv_text(std::string_view bytes);

}  // namespace gramian::host
