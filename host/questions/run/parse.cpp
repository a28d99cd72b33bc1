#include "host/questions/run/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "engine/error.hpp"
#include "host/formats/files/bounded_text.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::questions {
namespace {

std::optional<double> parse_number(std::string_view text) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (true) {
    const size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return parts;
    begin = end + 1;
  }
}

}  // namespace

int64_t parse_bytes(const std::string& text) {
  std::string_view rest = text;
  for (const std::string_view ending : {"iB", "B"}) {
    if (rest.ends_with(ending)) {
      rest.remove_suffix(ending.size());
      break;
    }
  }
  double unit = 1.0;
  constexpr std::string_view kPrefixes = "KMGT";
  if (!rest.empty()) {
    const size_t prefix = kPrefixes.find(rest.back() >= 'a' ? static_cast<char>(rest.back() - 'a' + 'A') : rest.back());
    if (prefix != std::string_view::npos) {
      unit = std::pow(1024.0, static_cast<double>(prefix + 1));
      rest.remove_suffix(1);
    }
  }
  const std::optional<double> number = parse_number(rest);
  if (!number || !(*number > 0.0) || *number * unit > 9e18) {
    throw InvalidUsage("--memory-limit " + host::printable(text, 200) + ": must be a size such as 512M or 4G");
  }
  return static_cast<int64_t>(*number * unit);
}

std::vector<double> parse_numbers(const std::string& text, const std::string& option) {
  std::vector<double> numbers;
  for (const std::string& part : split(text, ',')) {
    const std::optional<double> number = parse_number(part);
    if (!number) {
      throw InvalidUsage(option + " " + host::printable(text, 200) + ": '" + host::printable(part, 200) +
                         "' is not a number");
    }
    numbers.push_back(*number);
  }
  return numbers;
}

std::vector<std::string> parse_tokens(const std::string& text) {
  if (!text.starts_with('@') || text.size() == 1) {
    std::vector<std::string> tokens = split(text, ',');
    if (std::ranges::find(tokens, "") == tokens.end()) return tokens;
    throw InvalidUsage("the list " + host::in_quotes(text) +
                       " has an empty token; tokens with commas are read from a file, @FILE, one a line");
  }
  const std::string path = text == "@-" ? "/dev/stdin" : text.substr(1);
  constexpr int64_t kMost = int64_t{64} << 20;
  const std::string bytes = host::read_bounded(path, kMost, [] {});
  std::vector<std::string> tokens;
  for (std::string& line : split(bytes, '\n')) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) tokens.push_back(std::move(line));
  }
  if (tokens.empty()) throw InvalidUsage(host::printable(text, 4096) + ": no token in this file");
  return tokens;
}

}  // namespace gramian::questions
