#include "host/report/drawing/svg_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "host/formats/files/message.hpp"
#include "host/text/unicode.hpp"

namespace gramian::host {

std::string svg_number(double value) {
  std::array<char, 32> text{};
  const double tenths = std::round(value * 10.0) / 10.0 + 0.0;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), tenths, std::chars_format::fixed);
  return {text.data(), end.ptr};
}

std::string svg_label(std::string_view token, int64_t columns) {
  const std::string name = printable(token, 200);
  std::string text;
  int64_t used = 0;
  for (size_t at = 0; at < name.size();) {
    const size_t length = std::max<size_t>(1, utf8_sequence(std::string_view(name).substr(at)));
    used += display_width(std::string_view(name).substr(at, length));
    if (used > columns) return text + "…";
    text += name.substr(at, length);
    at += length;
  }
  return text;
}

Heading heading(std::string_view title, double size, double room) {
  const auto columns = static_cast<double>(display_width(printable(title, 200)));
  const double fitting = columns > 0.0 ? room / (kColumnWidth * columns) : size;
  if (fitting >= size) return {svg_label(title, std::numeric_limits<int64_t>::max()), size};
  const double smallest = 2.0 / 3.0 * size;
  if (fitting >= smallest) return {svg_label(title, std::numeric_limits<int64_t>::max()), fitting};
  return {svg_label(title, static_cast<int64_t>(room / (kColumnWidth * smallest)) - 1), smallest};
}

}  // namespace gramian::host
