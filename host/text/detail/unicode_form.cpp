#include "host/text/detail/unicode_form.hpp"

#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include <array>

#include "engine/narrow.hpp"
#include "host/text/detail/code_point.hpp"

namespace gramian::host {

UnicodeForm::UnicodeForm(Form form) {
  // All four are built into ICU.
  UErrorCode status = U_ZERO_ERROR;
  normalizer_ = form == Form::nfc    ? unorm2_getNFCInstance(&status)
                : form == Form::nfd  ? unorm2_getNFDInstance(&status)
                : form == Form::nfkc ? unorm2_getNFKCInstance(&status)
                                     : unorm2_getNFKDInstance(&status);
}

EditedText UnicodeForm::apply(std::string_view text) const {
  EditedText edited(text);
  std::u16string stretch;
  std::u16string normal;
  std::string becomes;
  for (size_t at = 0; at < text.size();) {
    // What lies between two boundaries is normalized by itself.
    const size_t begin = at;
    stretch.clear();
    bool ascii = true;
    do {
      const CodePoint code = code_point_at(text, at);
      std::array<UChar, 2> units{};
      int32_t count = 0;
      U16_APPEND_UNSAFE(units, count, code.value);
      stretch.append(units.data(), static_cast<size_t>(count));
      ascii = ascii && code.value < 0x80;
      at += code.bytes;
    } while (at < text.size() &&
             !unorm2_hasBoundaryBefore(normalizer_, static_cast<UChar32>(code_point_at(text, at).value)));
    if (ascii) {
      edited.keep(at - begin);
      continue;
    }
    UErrorCode status = U_ZERO_ERROR;
    constexpr size_t kMostExpansion = 18;  // U+FDFA in NFKC
    normal.resize(kMostExpansion * stretch.size());
    const int32_t length = unorm2_normalize(normalizer_, stretch.data(), narrow<int32_t>(stretch.size()), normal.data(),
                                            narrow<int32_t>(normal.size()), &status);
    becomes.clear();
    for (int32_t i = 0; U_SUCCESS(status) && i < length;) {
      UChar32 c = 0;
      U16_NEXT(normal.data(), i, length, c);
      append_utf8(becomes, static_cast<char32_t>(c));
    }
    const bool same = U_FAILURE(status) || becomes == text.substr(begin, at - begin);
    same ? edited.keep(at - begin) : edited.replace(at - begin, becomes);
  }
  return edited;
}

}  // namespace gramian::host
