#include "host/text/normalizers/precompiled_charsmap.hpp"

#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include <memory>
#include <stdexcept>

#include "engine/narrow.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {
namespace {

uint32_t little_endian(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 4; i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  return value;
}

// A unit has the byte that leads to it, the distance to its children, and whether a string ends there; or, as the child
// by byte 0 of such a one, the place of its replacement.
constexpr uint32_t kIsValue = 0x80000000;
uint32_t label(uint32_t unit) { return unit & (kIsValue | 0xff); }
uint32_t offset(uint32_t unit) { return unit >> 10 << ((unit & 0x200) >> 6); }
bool ends_a_string(uint32_t unit) { return (unit & 0x100) != 0; }
uint32_t value(uint32_t unit) { return unit & ~kIsValue; }

}  // namespace

std::optional<PrecompiledCharsmap> PrecompiledCharsmap::read(std::string_view compiled) {
  PrecompiledCharsmap map;
  if (compiled.empty()) return map;
  if (compiled.size() < 4) return std::nullopt;
  const uint32_t size = little_endian(compiled, 0);
  if (size < 4 || size > compiled.size() - 4) return std::nullopt;
  for (size_t i = 0; i < size / 4; ++i) map.units_.push_back(little_endian(compiled, 4 + 4 * i));
  map.replacements_ = compiled.substr(4 + size);
  if ((map.units_[0] & kIsValue) != 0 || !map.closed()) return std::nullopt;
  return map;
}

bool PrecompiledCharsmap::closed() const {
  for (size_t i = 0; i < units_.size(); ++i) {
    const uint32_t unit = units_[i];
    if ((unit & kIsValue) != 0) continue;
    const size_t children = i ^ offset(unit);
    if ((children | 0xff) >= units_.size()) return false;
    if (ends_a_string(unit) && value(units_[children]) >= replacements_.size()) return false;
  }
  return true;
}

/// Calls `found(bytes, replacement)` for every string of the table at byte `at` of `text`, the shortest first, until it
/// returns false.
template <class Found>
void PrecompiledCharsmap::each(std::string_view text, size_t at, const Found& found) const {
  if (units_.empty()) return;
  size_t place = offset(units_[0]);
  for (size_t i = at; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    place ^= byte;
    const uint32_t unit = units_[place];
    if (label(unit) != byte) break;
    place ^= offset(unit);
    if (ends_a_string(unit) && !found(i + 1 - at, replacements_.c_str() + value(units_[place]))) break;
  }
}

PrecompiledCharsmap::Match PrecompiledCharsmap::longest(std::string_view text, size_t at) const {
  Match match;
  each(text, at, [&](size_t bytes, const char* by) {
    match = {bytes, by};
    return true;
  });
  return match;
}

PrecompiledCharsmap::Match PrecompiledCharsmap::shortest(std::string_view text) const {
  Match match;
  each(text, 0, [&](size_t bytes, const char* by) {
    match = {bytes, by};
    return false;
  });
  return match;
}

NormalizedString Precompiled::apply(std::string_view text) const {
  constexpr size_t kLongestCluster = 5;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UText, UText* (*)(UText*)> bytes(
      utext_openUTF8(nullptr, text.data(), narrow<int32_t>(text.size()), &status), utext_close);
  const std::unique_ptr<UBreakIterator, void (*)(UBreakIterator*)> clusters(
      ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status), ubrk_close);
  // ICU asks an iterator that it could not make.
  if (U_SUCCESS(status)) ubrk_setUText(clusters.get(), bytes.get(), &status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no grapheme clusters: ") + u_errorName(status));
  NormalizedString normalized(text);
  const auto replace = [&](std::string_view part) {
    const PrecompiledCharsmap::Match match = charsmap_.shortest(part);
    if (match.bytes > 0) normalized.replace(part.size(), match.by);
    return match.bytes > 0;
  };
  for (size_t at = 0; at < text.size();) {
    const int32_t next = ubrk_next(clusters.get());
    const size_t end = next == UBRK_DONE ? text.size() : static_cast<size_t>(next);
    if (end - at > kLongestCluster || !replace(text.substr(at, end - at))) {
      for (size_t inside = at; inside < end;) {
        const size_t one = code_point_at(text, inside).bytes;
        if (!replace(text.substr(inside, one))) normalized.keep(one);
        inside += one;
      }
    }
    at = end;
  }
  return normalized;
}

}  // namespace gramian::host
