#include "host/text/unicode/characters.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

CharacterClass look_up(char32_t code) {
  const auto c = static_cast<UChar32>(code);
  if (u_isUWhiteSpace(c)) return CharacterClass::space;
  const uint32_t category = U_GET_GC_MASK(c);
  if ((category & U_GC_L_MASK) != 0) return CharacterClass::letter;
  return (category & U_GC_N_MASK) != 0 ? CharacterClass::number : CharacterClass::other;
}

/// Whether that version of Unicode already has `code`, and ICU has it in one of `categories`.
bool in_unicode(int version, char32_t code, uint32_t categories) {
  const auto c = static_cast<UChar32>(code);
  if ((U_GET_GC_MASK(c) & categories) == 0) return false;
  UVersionInfo age;
  u_charAge(c, age);
  return age[0] <= version;
}

}  // namespace

CharacterClass character_class(char32_t code) {
  static const std::array<CharacterClass, 0x80> ascii = [] {
    std::array<CharacterClass, 0x80> classes{};
    for (char32_t c = 0; c < classes.size(); ++c) classes[c] = look_up(c);
    return classes;
  }();
  return code < ascii.size() ? ascii[code] : look_up(code);
}

bool is_white_space(char32_t code) { return u_isUWhiteSpace(static_cast<UChar32>(code)); }

bool is_numeric(char32_t code) { return (U_GET_GC_MASK(static_cast<UChar32>(code)) & U_GC_N_MASK) != 0; }

bool is_mark(char32_t code) {
  // These characters' categories have changed since.
  if (code == 0x1cf2 || code == 0x1cf3) return true;
  return code != 0x111c9 && in_unicode(9, code, U_GC_M_MASK);
}

void append_lower(std::string& text, char32_t code) {
  constexpr char32_t kDottedI = 0x130;  // the one code point whose lower-case form is two
  if (code == kDottedI) {
    text += "i\u0307";
  } else {
    append_utf8(text, static_cast<char32_t>(u_tolower(static_cast<UChar32>(code))));
  }
}

bool has_capital(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = utf8_sequence(bytes.substr(at));
    if (length > 0) {
      const auto code = static_cast<UChar32>(code_point_at(bytes, at).value);
      if (u_tolower(code) != code) return true;
    }
    at += std::max<size_t>(length, 1);
  }
  return false;
}

// The exceptions below are characters whose category has changed since Unicode 8.

bool bert_punctuation(char32_t code) {
  if (code < 0x80) {
    const bool letter = (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
    return code > 0x20 && code < 0x7f && !letter && !(code >= '0' && code <= '9');
  }
  return code == 0x166d || code == 0x111c9 || in_unicode(8, code, U_GC_P_MASK);
}

bool bert_nonspacing_mark(char32_t code) {
  if (code < 0x300) return false;
  if (code == 0x1734) return true;
  const bool since = code == 0x1885 || code == 0x1886 || code == 0xa9bd || code == 0x111c9;
  return !since && in_unicode(8, code, U_GC_MN_MASK);
}

bool bert_control(char32_t code) {
  return in_unicode(8, code, U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK | U_GC_CS_MASK);
}

}  // namespace gramian::host
