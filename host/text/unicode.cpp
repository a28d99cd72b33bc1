#include "host/text/unicode.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <vector>

#include "engine/narrow.hpp"

namespace gramian::host {
namespace {

constexpr UChar32 kNone = -1;

/// Removes one code point from the front of `bytes`; kNone for a byte that is not UTF-8.
UChar32 next(std::string_view& bytes) {
  const size_t length = utf8_sequence(bytes);
  const auto lead = static_cast<unsigned char>(bytes[0]);
  UChar32 code = length == 0 ? kNone : length == 1 ? lead : lead & (0xff >> (length + 1));
  for (size_t i = 1; i < length; ++i) code = (code << 6) | (static_cast<unsigned char>(bytes[i]) & 0x3f);
  bytes.remove_prefix(std::max<size_t>(length, 1));
  return code;
}

bool is_ascii(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

size_t utf8_sequence(std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || bytes.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xed && byte(1) >= 0xa0;
  const bool beyond = lead == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t length = utf8_sequence(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

int64_t code_points(std::string_view bytes) {
  int64_t count = 0;
  for (; !bytes.empty(); ++count) next(bytes);
  return count;
}

bool letters_only(std::string_view bytes) {
  if (bytes.empty()) return false;
  while (!bytes.empty()) {
    const UChar32 code = next(bytes);
    if (code == kNone || !u_isUAlphabetic(code)) return false;
  }
  return true;
}

std::string composed(std::string_view bytes) {
  if (is_ascii(bytes) || !is_utf8(bytes)) return std::string(bytes);
  UErrorCode status = U_ZERO_ERROR;
  std::vector<UChar> wide(bytes.size() + 1);
  std::vector<UChar> normal(3 * bytes.size() + 1);  // no character becomes more than 3 units of it
  std::string result(9 * bytes.size() + 1, '\0');
  int32_t length = 0;
  u_strFromUTF8(wide.data(), narrow<int32_t>(wide.size()), &length, bytes.data(), narrow<int32_t>(bytes.size()),
                &status);
  length = unorm2_normalize(unorm2_getNFCInstance(&status), wide.data(), length, normal.data(),
                            narrow<int32_t>(normal.size()), &status);
  int32_t written = 0;
  u_strToUTF8(result.data(), narrow<int32_t>(result.size()), &written, normal.data(), length, &status);
  if (U_FAILURE(status)) return std::string(bytes);
  result.resize(static_cast<size_t>(written));
  return result;
}

std::string case_folded(std::string_view bytes) {
  if (is_ascii(bytes)) {
    std::string folded(bytes);
    for (char& c : folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return folded;
  }
  if (!is_utf8(bytes)) return std::string(bytes);
  const auto size = narrow<int32_t>(bytes.size());
  // Folding at most triples the length.
  std::vector<UChar> wide(bytes.size() + 1);
  std::vector<UChar> folded(3 * bytes.size() + 1);
  std::string result(9 * bytes.size() + 1, '\0');
  UErrorCode status = U_ZERO_ERROR;
  int32_t length = 0;
  u_strFromUTF8(wide.data(), narrow<int32_t>(wide.size()), &length, bytes.data(), size, &status);
  length =
      u_strFoldCase(folded.data(), narrow<int32_t>(folded.size()), wide.data(), length, U_FOLD_CASE_DEFAULT, &status);
  int32_t written = 0;
  u_strToUTF8(result.data(), narrow<int32_t>(result.size()), &written, folded.data(), length, &status);
  if (U_FAILURE(status)) return std::string(bytes);
  result.resize(static_cast<size_t>(written));
  return result;
}

int64_t display_width(std::string_view bytes) {
  int64_t width = 0;
  while (!bytes.empty()) {
    const UChar32 code = next(bytes);
    if (code >= 0x20 && code < 0x7f) {
      ++width;
      continue;
    }
    const int category = code == kNone ? static_cast<int>(U_UNASSIGNED) : u_charType(code);
    if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK || category == U_FORMAT_CHAR) continue;
    const int east = code == kNone ? 0 : u_getIntPropertyValue(code, UCHAR_EAST_ASIAN_WIDTH);
    width += east == U_EA_WIDE || east == U_EA_FULLWIDTH ? 2 : 1;
  }
  return width;
}

}  // namespace gramian::host
