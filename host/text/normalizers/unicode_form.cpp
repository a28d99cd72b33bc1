#include "host/text/normalizers/unicode_form.hpp"

#include <unicode/unorm2.h>
#include <unicode/uset.h>
#include <unicode/utf16.h>

#include <array>
#include <stdexcept>

#include "engine/narrow.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {

const UNormalizer2* normalizer_of(UnicodeForm::Form form) {
  static const std::array<const UNormalizer2*, 4> all = [] {
    UErrorCode status = U_ZERO_ERROR;
    const std::u16string known = u"[:age=9.0:]";
    const USet* const set = uset_openPattern(known.data(), narrow<int32_t>(known.size()), &status);
    std::array<const UNormalizer2*, 4> made = {unorm2_getNFCInstance(&status), unorm2_getNFDInstance(&status),
                                               unorm2_getNFKCInstance(&status), unorm2_getNFKDInstance(&status)};
    // Never closed: they live as long as the program.
    for (const UNormalizer2*& one : made) one = unorm2_openFiltered(one, set, &status);
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no normalization: ") + u_errorName(status));
    return made;
  }();
  return all[static_cast<size_t>(form)];
}

UnicodeForm::UnicodeForm(Form form) : normalizer_(normalizer_of(form)) {}

std::string UnicodeForm::normal(std::u16string_view stretch) const {
  constexpr size_t kMostExpansion = 18;  // U+FDFA in NFKC
  std::u16string wide(kMostExpansion * stretch.size(), u'\0');
  UErrorCode status = U_ZERO_ERROR;
  const int32_t length = unorm2_normalize(normalizer_, stretch.data(), narrow<int32_t>(stretch.size()), wide.data(),
                                          narrow<int32_t>(wide.size()), &status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU cannot normalize: ") + u_errorName(status));
  std::string text;
  for (int32_t i = 0; i < length;) {
    UChar32 c = 0;
    U16_NEXT(wide.data(), i, length, c);
    append_utf8(text, static_cast<char32_t>(c));
  }
  return text;
}

NormalizedString UnicodeForm::apply(std::string_view text) const {
  NormalizedString edited(text);
  std::u16string stretch;
  std::vector<Part> parts;
  for (size_t at = 0; at < text.size();) {
    // The text between two boundaries is normalized by itself.
    const size_t begin = at;
    stretch.clear();
    parts.clear();
    do {
      const CodePoint code = code_point_at(text, at);
      std::array<UChar, 2> units{};
      int32_t count = 0;
      U16_APPEND_UNSAFE(units, count, code.value);
      stretch.append(units.data(), static_cast<size_t>(count));
      parts.push_back({code.bytes, static_cast<size_t>(count)});
      at += code.bytes;
    } while (at < text.size() &&
             !unorm2_hasBoundaryBefore(normalizer_, static_cast<UChar32>(code_point_at(text, at).value)));
    if (at - begin == parts.size()) {  // all ASCII
      edited.keep(at - begin);
      continue;
    }
    replace(text.substr(begin, at - begin), stretch, parts, edited);
  }
  return edited;
}

void UnicodeForm::replace(std::string_view was, std::u16string_view stretch, const std::vector<Part>& parts,
                          NormalizedString& edited) const {
  const std::string whole = normal(stretch);
  if (whole == was) {
    edited.keep(was.size());
    return;
  }
  // Where the parts can be told apart, each is an edit of its own.
  std::string together;
  std::vector<std::string> apart;
  for (const Part& part : parts) {
    apart.push_back(normal(stretch.substr(0, part.units)));
    together += apart.back();
    stretch.remove_prefix(part.units);
  }
  if (together == whole) {
    for (size_t i = 0; i < parts.size(); ++i) {
      apart[i] == was.substr(0, parts[i].bytes) ? edited.keep(parts[i].bytes)
                                                : edited.replace(parts[i].bytes, apart[i]);
      was.remove_prefix(parts[i].bytes);
    }
    return;
  }
  size_t kept = 0;
  while (kept < was.size() && kept < whole.size()) {
    const size_t bytes = code_point_at(was, kept).bytes;
    if (was.substr(kept, bytes) != std::string_view(whole).substr(kept, bytes)) break;
    kept += bytes;
  }
  edited.keep(kept);
  edited.replace(was.size() - kept, std::string_view(whole).substr(kept));
}

}  // namespace gramian::host
