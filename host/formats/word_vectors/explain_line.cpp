#include <algorithm>
#include <array>

#include "host/formats/files/message.hpp"
#include "host/formats/files/number.hpp"
#include "host/formats/word_vectors/text_layout.hpp"

namespace gramian::host {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "-0,1234"
bool has_decimal_comma(std::string_view field) {
  if (field.starts_with('-') || field.starts_with('+')) field.remove_prefix(1);
  const size_t comma = field.find(',');
  if (comma == std::string_view::npos || !is_digits(field.substr(0, comma))) return false;
  const std::string_view tail = field.substr(comma + 1);
  return is_digits(tail.substr(0, tail.find_first_of("eE")));
}

// "12:0.5"
bool is_indexed(std::string_view field) {
  const size_t colon = field.find(':');
  return colon != std::string_view::npos && is_digits(field.substr(0, colon)) && is_number(field.substr(colon + 1));
}

// "[0.5", "0.5]", "[0.5,", "[" before or after numbers
bool has_bracket(std::string_view field) {
  const auto strip = [](std::string_view text) {
    const size_t first = text.find_first_not_of("[](),;");
    if (first == std::string_view::npos) return std::string_view{};
    return text.substr(first, text.find_last_not_of("[](),;") - first + 1);
  };
  const bool bracket = field.starts_with('[') || field.ends_with(']') || field.ends_with("],");
  return bracket && (field.size() == 1 || is_number(strip(field).substr(0, strip(field).find_first_of(", "))));
}

}  // namespace

std::string explain_line(std::string_view line) {
  constexpr size_t kEnough = 1 << 16;
  line = line.substr(0, std::min(line.find('\n'), kEnough));
  size_t commas = 0;
  size_t indexed = 0;
  size_t brackets = 0;
  std::string_view example;
  bool first = true;
  while (!line.empty()) {
    const size_t end = std::min(line.find_first_of(" \t;\r"), line.size());
    const std::string_view field = line.substr(0, end);
    if (has_decimal_comma(field)) {
      ++commas;
      example = field;
    }
    indexed += is_indexed(field) ? 1 : 0;
    // A first field between brackets is a token ("[5]").
    brackets += !first && has_bracket(field) ? 1 : 0;
    first = false;
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  if (commas >= 2) {
    return "has decimal commas (" + in_quotes(example, 20) + "); write its numbers with decimal points";
  }
  if (indexed >= 2) {
    return "is a sparse line (svmlight, index:value); save the dense matrix as .npy, e.g. "
           "np.save('x.npy', sklearn.datasets.load_svmlight_file(f)[0].toarray())";
  }
  if (brackets > 0) return "holds brackets around its numbers (a printed list?); write the numbers alone";
  return {};
}

}  // namespace gramian::host
