#pragma once
// The little of Unicode that tokens need. Bytes that are not UTF-8 are tolerated everywhere: each counts as one code
// point that is no letter, has no case and is one column wide.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gramian::host {

/// The length in bytes of the UTF-8 sequence at the start of `bytes`, which is not empty; 0 when there is none.
size_t utf8_sequence(std::string_view bytes);
/// Whether all of `bytes` is UTF-8.
bool is_utf8(std::string_view bytes);
/// The number of code points.
int64_t code_points(std::string_view bytes);
/// Whether there is at least one code point and all are letters (Unicode's Alphabetic property).
bool letters_only(std::string_view bytes);
/// Unicode's full default case folding: "Straße" and "STRASSE" become the same.
std::string case_folded(std::string_view bytes);
/// Unicode's canonical composition, NFC: "e" and a combining accent become "é". Bytes that are not all UTF-8 stay.
std::string composed(std::string_view bytes);
/// The number of columns on a terminal: 2 for wide characters, 0 for combining ones.
int64_t display_width(std::string_view bytes);

}  // namespace gramian::host
