#pragma once

#include <string>
#include <string_view>

namespace gramian::host {

/// Appends the small letters of `code`, whatever stands beside it.
void append_lower(std::string& text, char32_t code);
/// Whether any of it is a capital or titlecase letter.
bool has_capital(std::string_view bytes);

}  // namespace gramian::host
