#include "host/formats/word_vectors/text_layout.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "host/formats/files/number.hpp"

namespace gramian::host {
namespace {

using Lines = std::vector<std::string_view>;

Lines first_lines(std::string_view text) {
  constexpr size_t kLines = 3;
  Lines lines;
  while (lines.size() < kLines && !text.empty()) {
    const size_t newline = text.find('\n');
    lines.push_back(text.substr(0, newline));
    if (lines.back().ends_with('\r')) lines.back().remove_suffix(1);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  }
  return lines;
}

// Numbers at the end of `line`, not counting its first field.
int64_t trailing_numbers(std::string_view line, char separator) {
  if (line.ends_with(separator)) line.remove_suffix(1);
  int64_t count = 0;
  for (auto field = take_last_field(line, separator); field && is_number(*field);
       field = take_last_field(line, separator)) {
    ++count;
  }
  return count;
}

// The value that two of the counts agree on; where no two agree, the least that is possible; 0 where none is.
int64_t agreed(std::vector<int64_t> counts) {
  std::ranges::sort(counts);
  const auto repeated = std::ranges::adjacent_find(counts);
  const auto chosen =
      repeated != counts.end() ? repeated : std::ranges::find_if(counts, [](int64_t count) { return count >= 2; });
  return chosen == counts.end() || *chosen < 2 ? 0 : *chosen;
}

int64_t agreed_numbers(const Lines& lines, char separator) {
  std::vector<int64_t> counts;
  for (const std::string_view line : lines) counts.push_back(trailing_numbers(line, separator));
  return agreed(std::move(counts));
}

// Values that spaces separate after the last `mark` of a line; 0 where something else stands there.
int64_t numbers_after(std::string_view line, char mark) {
  const size_t at = line.rfind(mark);
  if (at == std::string_view::npos || at == 0) return 0;
  std::string_view rest = line.substr(at + 1);
  if (rest.ends_with(' ')) rest.remove_suffix(1);
  const int64_t fields = std::ranges::count(rest, ' ') + 1;
  // The first of them is no token here.
  return trailing_numbers(rest, ' ') == fields - 1 && is_number(rest.substr(0, rest.find(' '))) ? fields : 0;
}

// The number of values, where two lines of three (or both, or the only one) have them after `mark`.
int64_t agreed_after(const Lines& lines, char mark) {
  std::vector<int64_t> counts;
  for (const std::string_view line : lines) counts.push_back(numbers_after(line, mark));
  std::ranges::sort(counts);
  const size_t needed = std::min<size_t>(2, counts.size());
  for (const int64_t count : counts) {
    if (count >= 2 && std::cmp_greater_equal(std::ranges::count(counts, count), needed)) return count;
  }
  return 0;
}

bool first_fields_are(const Lines& lines, char separator, bool (*wanted)(std::string_view)) {
  return std::ranges::all_of(lines, [&](std::string_view line) {
    const size_t end = line.find(separator);
    return end != std::string_view::npos && wanted(line.substr(0, end));
  });
}

bool is_value(std::string_view field) { return is_number(field); }

TextLayout table_or_tokens(const Lines& lines, char separator, int64_t cols) {
  // A first column of whole numbers may be the tokens, unless tabs separate, as between the columns of the Projector.
  const bool numbers = first_fields_are(lines, separator, separator == '\t' ? is_value : looks_like_value);
  return numbers ? TextLayout{separator, separator, false, cols + 1} : TextLayout{separator, separator, true, cols};
}

}  // namespace

std::optional<std::string_view> take_last_field(std::string_view& line, char separator) {
  const size_t at = line.rfind(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view field = line.substr(at + 1);
  line = line.substr(0, at);
  return field;
}

bool looks_like_value(std::string_view field) {
  return field.find('.') != std::string_view::npos && is_number(field) &&
         field.find_first_of("0123456789") != std::string_view::npos;
}

std::string_view strip_line_end(std::string_view line, const TextLayout& layout) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.ends_with(layout.between)) line.remove_suffix(1);
  return line;
}

std::optional<TextLayout> find_text_layout(std::string_view start) {
  const Lines lines = first_lines(start);
  if (lines.empty()) return std::nullopt;
  if (const int64_t cols = agreed_after(lines, '\t')) return TextLayout{'\t', ' ', true, cols};
  // "10,000 0.5 0.3" may stand on one line, not on most.
  if (const int64_t cols = lines.size() > 1 ? agreed_after(lines, ',') : 0) return TextLayout{',', ' ', true, cols};
  for (const char separator : {' ', '\t', ','}) {
    if (const int64_t cols = agreed_numbers(lines, separator)) return table_or_tokens(lines, separator, cols);
  }
  // Two columns of numbers: one number after the first field.
  for (const char separator : {' ', '\t', ','}) {
    const auto two = std::ranges::count_if(lines, [&](std::string_view line) {
      return trailing_numbers(line, separator) == 1 && std::ranges::count(line, separator) == 1;
    });
    if (std::cmp_greater_equal(two, std::min<size_t>(2, lines.size())) &&
        first_fields_are(lines, separator, separator == '\t' ? is_value : looks_like_value)) {
      return TextLayout{separator, separator, false, 2};
    }
  }
  return std::nullopt;
}

TextLayout layout_under_header(std::string_view text, int64_t cols) {
  const Lines lines = first_lines(text);
  const auto most = [&](auto&& fits) {
    return !lines.empty() && std::cmp_greater_equal(std::ranges::count_if(lines, fits), (lines.size() + 1) / 2);
  };
  if (most([&](std::string_view line) { return trailing_numbers(line, ' ') >= cols; })) return {' ', ' ', true, cols};
  for (const char mark : {'\t', ','}) {
    if (most([&](std::string_view line) { return numbers_after(line, mark) == cols; })) return {mark, ' ', true, cols};
  }
  for (const char separator : {'\t', ','}) {
    if (most([&](std::string_view line) { return trailing_numbers(line, separator) >= cols; })) {
      return {separator, separator, true, cols};
    }
  }
  return {' ', ' ', true, cols};
}

std::string describe(const TextLayout& layout) {
  const std::string name = layout.after == '\t' ? "tab" : layout.after == ',' ? "comma" : "space";
  if (!layout.tokens) {
    return "a table of numbers alone, separated by " + name + "s; the rows have no tokens inside the file";
  }
  if (layout.between == ' ') return "a " + name + " follows each token, spaces separate the values";
  return name + "s separate the token and the values";
}

}  // namespace gramian::host
