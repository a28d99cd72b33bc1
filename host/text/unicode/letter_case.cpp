#include "host/text/unicode/letter_case.hpp"

#include <unicode/uchar.h>

#include "host/text/pipeline/edited_text.hpp"
#include "host/text/unicode/code_point.hpp"

namespace gramian::host {

void append_lower(std::string& text, char32_t code) {
  constexpr char32_t kDottedI = 0x130;  // the one code point whose small letter is two
  if (code == kDottedI) {
    text += "i\u0307";
  } else {
    append_utf8(text, static_cast<char32_t>(u_tolower(static_cast<UChar32>(code))));
  }
}

bool has_capital(std::string_view bytes) {
  EditedText valid = as_utf8(bytes);
  const std::string_view text = valid.text();
  for (size_t at = 0; at < text.size();) {
    const CodePoint code = code_point_at(text, at);
    if (u_tolower(static_cast<UChar32>(code.value)) != static_cast<UChar32>(code.value)) return true;
    at += code.bytes;
  }
  return false;
}

}  // namespace gramian::host
