#include "host/text/sentencepiece/character_map.hpp"

namespace gramian::host {
namespace {

uint32_t little_endian(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 4; i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  return value;
}

// A unit: the byte that leads to it, how far its children are, and whether a string ends there. Or, as the child by
// byte 0 of such a one, the place of its replacement.
constexpr uint32_t kIsValue = 0x80000000;
uint32_t label(uint32_t unit) { return unit & (kIsValue | 0xff); }
uint32_t offset(uint32_t unit) { return unit >> 10 << ((unit & 0x200) >> 6); }
bool ends_a_string(uint32_t unit) { return (unit & 0x100) != 0; }
uint32_t value(uint32_t unit) { return unit & ~kIsValue; }

}  // namespace

std::optional<CharacterMap> CharacterMap::read(std::string_view compiled) {
  CharacterMap map;
  if (compiled.empty()) return map;
  if (compiled.size() < 4) return std::nullopt;
  const uint32_t size = little_endian(compiled, 0);
  if (size < 4 || size > compiled.size() - 4) return std::nullopt;
  for (size_t i = 0; i < size / 4; ++i) map.units_.push_back(little_endian(compiled, 4 + 4 * i));
  map.replacements_ = compiled.substr(4 + size);
  if (!map.closed()) return std::nullopt;
  return map;
}

bool CharacterMap::closed() const {
  for (size_t i = 0; i < units_.size(); ++i) {
    const uint32_t unit = units_[i];
    if ((unit & kIsValue) != 0) continue;
    const size_t children = i ^ offset(unit);
    if ((children | 0xff) >= units_.size()) return false;
    if (ends_a_string(unit) && value(units_[children]) >= replacements_.size()) return false;
  }
  return true;
}

CharacterMap::Match CharacterMap::longest(std::string_view text, size_t at) const {
  Match match;
  if (units_.empty()) return match;
  size_t place = offset(units_[0]);
  for (size_t i = at; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    place ^= byte;
    const uint32_t unit = units_[place];
    if (label(unit) != byte) break;
    place ^= offset(unit);
    if (ends_a_string(unit)) match = {i + 1 - at, replacements_.c_str() + value(units_[place])};
  }
  return match;
}

}  // namespace gramian::host
