#include "host/text/unicode/bert_unicode.hpp"

#include <unicode/uchar.h>

namespace gramian::host {
namespace {

/// Among what Unicode 8 has already.
bool is(char32_t code, uint32_t categories) {
  const auto c = static_cast<UChar32>(code);
  if ((U_GET_GC_MASK(c) & categories) == 0) return false;
  UVersionInfo age;
  u_charAge(c, age);
  return age[0] <= 8;
}

}  // namespace

// The exceptions are characters whose category has changed since.

bool bert_punctuation(char32_t code) {
  if (code < 0x80) {
    const bool letter = (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
    return code > 0x20 && code < 0x7f && !letter && !(code >= '0' && code <= '9');
  }
  return code == 0x166d || code == 0x111c9 || is(code, U_GC_P_MASK);
}

bool bert_nonspacing_mark(char32_t code) {
  if (code < 0x300) return false;
  if (code == 0x1734) return true;
  const bool since = code == 0x1885 || code == 0x1886 || code == 0xa9bd || code == 0x111c9;
  return !since && is(code, U_GC_MN_MASK);
}

bool bert_control(char32_t code) { return is(code, U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK | U_GC_CS_MASK); }

}  // namespace gramian::host
