#pragma once
// Numbers and line ends in text, as every text format here reads them.

#include <cstdint>
#include <optional>
#include <string_view>

namespace gramian::host {

/// The line without what may follow its last field: one carriage return, and one space (which word2vec and fastText
/// write after every value).
constexpr std::string_view strip_line_end(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.ends_with(' ')) line.remove_suffix(1);
  return line;
}

struct ParsedInteger {
  int64_t value = 0;
  bool in_range = true;
};

/// All of `field` as a decimal integer; nothing when it is not one.
std::optional<ParsedInteger> parse_integer(std::string_view field);

enum class FloatStatus { ok, not_a_number, out_of_range };

/// The decimal number at the front of [begin, end) as the nearest float ("nan", "inf" and "+0.5" included). `next` is
/// where it stopped. out_of_range: beyond the largest float; values too small for a float become 0.
struct ParsedFloat {
  const char* next = nullptr;
  FloatStatus status = FloatStatus::ok;
};
ParsedFloat parse_float(const char* begin, const char* end, float& value);

/// Whether all of `field` is a number.
bool is_number(std::string_view field);

}  // namespace gramian::host
