#include "host/text/unicode/letter_class.hpp"

#include <unicode/uchar.h>

#include <array>

namespace gramian::host {
namespace {

LetterClass look_up(char32_t code) {
  const auto c = static_cast<UChar32>(code);
  if (u_isUWhiteSpace(c)) return LetterClass::space;
  const uint32_t category = U_GET_GC_MASK(c);
  if ((category & U_GC_L_MASK) != 0) return LetterClass::letter;
  return (category & U_GC_N_MASK) != 0 ? LetterClass::number : LetterClass::other;
}

}  // namespace

LetterClass letter_class(char32_t code) {
  static const std::array<LetterClass, 0x80> ascii = [] {
    std::array<LetterClass, 0x80> classes{};
    for (char32_t c = 0; c < classes.size(); ++c) classes[c] = look_up(c);
    return classes;
  }();
  return code < ascii.size() ? ascii[code] : look_up(code);
}

}  // namespace gramian::host
