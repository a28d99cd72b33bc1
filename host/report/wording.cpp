#include "host/report/wording.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 64> text{};
  const auto length = static_cast<size_t>(std::snprintf(text.data(), text.size(), format, values...));
  if (length < text.size()) return {text.data(), length};
  std::string longer(length + 1, '\0');
  std::snprintf(longer.data(), longer.size(), format, values...);
  longer.pop_back();
  return longer;
}

template <class Number>
std::string shortest_of(Number number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end.ptr};
}

}  // namespace

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t place = digits.size(); place > first + 3; place -= 3) digits.insert(place - 3, 1, ',');
  return digits;
}

std::string shortest(double number) { return shortest_of(number); }

std::string shortest_float(float number) { return shortest_of(number); }

std::string significant(double number, int digits) {
  if (std::isnan(number)) return "-";
  return formatted("%.*g", digits, number);
}

std::string fixed(double number, int decimals) {
  if (std::isnan(number)) return "-";
  // Digits beyond those that fp64 holds say nothing.
  constexpr double kLargest = 1e15;
  if (std::abs(number) >= kLargest) return significant(number);
  return formatted("%.*f", decimals, number);
}

std::string bytes_in_words(double bytes) {
  if (bytes < 1024) return formatted("%.0f B", bytes);
  constexpr std::array<const char*, 5> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  size_t unit = 0;
  bytes /= 1024;
  while (bytes >= 1024 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return formatted("%.1f %s", bytes, kUnits[unit]);
}

std::string duration_in_words(double seconds) {
  if (!(seconds < 1e9)) return "?";
  if (seconds < 59.95) return formatted(seconds < 1 ? "%.2f s" : "%.1f s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return formatted("%lld min %lld s", whole / 60, whole % 60);
  return formatted("%lld h %lld min", whole / 3600, whole / 60 % 60);
}

std::string valid_utf8(std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  while (!bytes.empty()) {
    size_t length = utf8_sequence(bytes);
    if (length == 0) {
      const auto byte = static_cast<unsigned char>(bytes[0]);
      text += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      length = 1;
    } else {
      text += bytes.substr(0, length);
    }
    bytes.remove_prefix(length);
  }
  return text;
}

}  // namespace gramian::host
