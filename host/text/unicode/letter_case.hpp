#pragma once

#include <string>
#include <string_view>

namespace gramian::host {

/// Appends the small letters of `code`, whatever stands beside it.
void append_lower(std::string& text, char32_t code);
/// Whether any of it has a small letter. (Capitals of mathematics have none.)
bool has_capital(std::string_view bytes);

}  // namespace gramian::host
