#include "host/formats/files/number.hpp"

#include <fast_float/fast_float.h>

#include <charconv>
#include <cmath>

namespace gramian::host {

std::optional<ParsedInteger> parse_integer(std::string_view field) {
  ParsedInteger parsed;
  const auto [next, error] = std::from_chars(field.data(), field.data() + field.size(), parsed.value);
  if (next != field.data() + field.size() || error == std::errc::invalid_argument) return std::nullopt;
  parsed.in_range = error == std::errc();
  return parsed;
}

ParsedFloat parse_float(const char* begin, const char* end, float& value) {
  // "+0.5", as printf's %+f writes it; std::from_chars would refuse it.
  if (end - begin > 1 && *begin == '+' && (begin[1] == '.' || (begin[1] >= '0' && begin[1] <= '9'))) ++begin;
  const auto [next, error] = fast_float::from_chars(begin, end, value);
  if (error == std::errc::invalid_argument) return {begin, FloatStatus::not_a_number};
  // Versions of fast_float differ in whether they report an overflow; an infinity that is spelled out starts with i.
  if (std::isinf(value)) {
    const char first = *begin == '-' ? begin[1] : *begin;
    if (first != 'i' && first != 'I') return {next, FloatStatus::out_of_range};
  }
  return {next, FloatStatus::ok};
}

bool is_number(std::string_view field) {
  float ignored = 0;
  const char* end = field.data() + field.size();
  const ParsedFloat parsed = parse_float(field.data(), end, ignored);
  return parsed.status != FloatStatus::not_a_number && parsed.next == end;
}

}  // namespace gramian::host
