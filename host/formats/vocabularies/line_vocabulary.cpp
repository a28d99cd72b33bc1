#include "host/formats/vocabularies/line_vocabulary.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "host/formats/files/message.hpp"
#include "host/formats/files/number.hpp"
#include "host/formats/foreign.hpp"

namespace gramian::host {
namespace {

using Lines = std::vector<std::string_view>;

Lines split_lines(std::string_view text) {
  const int64_t newlines = std::ranges::count(text, '\n');
  bool windows = newlines > 0;
  for (size_t at = text.find('\n'); windows && at != std::string_view::npos; at = text.find('\n', at + 1)) {
    windows = at > 0 && text[at - 1] == '\r';
  }
  Lines lines;
  lines.reserve(static_cast<size_t>(newlines + 1));
  while (!text.empty()) {
    const size_t newline = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, newline));
    if (windows && lines.back().ends_with('\r')) lines.back().remove_suffix(1);
    text.remove_prefix(std::min(newline + 1, text.size()));
  }
  return lines;
}

// "token 5611", and "token 5611 #fairseq:overwrite".
std::string_view before_number(std::string_view line, char separator) {
  constexpr std::string_view kFlag = " #fairseq:overwrite";
  if (line.ends_with(kFlag)) line.remove_suffix(kFlag.size());
  const size_t at = line.rfind(separator);
  return at != std::string_view::npos && at > 0 && is_number(line.substr(at + 1)) ? line.substr(0, at)
                                                                                  : std::string_view{};
}

// One line alone may be a token such as "windows 95".
bool all_end_in_numbers(const Lines& lines, char separator) {
  return lines.size() > 1 &&
         std::ranges::none_of(lines, [&](std::string_view line) { return before_number(line, separator).empty(); });
}

// Tabs of every line; 0 where lines differ.
int64_t tabs_of_all(const Lines& lines) {
  const int64_t tabs = std::ranges::count(lines.front(), '\t');
  const bool same =
      std::ranges::all_of(lines, [&](std::string_view line) { return std::ranges::count(line, '\t') == tabs; });
  return same ? tabs : 0;
}

std::string_view column_of(std::string_view line, int64_t column) {
  for (; column > 0; --column) line.remove_prefix(std::min(line.find('\t'), line.size() - 1) + 1);
  return line.substr(0, line.find('\t'));
}

int64_t token_column(std::string_view header) {
  constexpr std::array<std::string_view, 8> kNames = {"word",  "Word",  "token", "Token",
                                                      "label", "Label", "name",  "Name"};
  const int64_t columns = std::ranges::count(header, '\t') + 1;
  for (const std::string_view name : kNames) {
    for (int64_t column = 0; column < columns; ++column) {
      if (column_of(header, column) == name) return column;
    }
  }
  return 0;
}

void refuse_binary(const MappedFile& file) {
  const std::string_view text = file.bytes();
  const size_t zero = text.find('\0');
  refuse_foreign(file.path(), text, zero == std::string_view::npos);
  if (zero == std::string_view::npos) return;
  refuse_matrix_format(file.path(), text);
  refuse_utf16(file.path(), text);
  refuse_at_byte(file.path(), static_cast<int64_t>(zero),
                 "a NUL byte: this is no text; give the vocabulary as JSON, or as text with one token a line");
}

}  // namespace

Vocabulary read_line_vocabulary(const MappedFile& file, const NamedFor& matrix, std::vector<std::string>& notes) {
  refuse_binary(file);
  const std::string path = printable(file.path(), 200);
  Lines lines = split_lines(file.bytes());
  const int64_t tabs = tabs_of_all(lines);
  const bool one_more = std::ssize(lines) == matrix.rows + 1;
  if (one_more && tabs > 0 && matrix.table) {
    const int64_t column = token_column(lines.front());
    notes.push_back(path + ": its first line, " + in_quotes(lines.front()) +
                    ", is taken for a header row, and column " + std::to_string(column + 1) + " for the tokens.");
    lines.erase(lines.begin());
    for (std::string_view& line : lines) line = column_of(line, column);
  } else if (std::ssize(lines) != matrix.rows) {
    std::string has = "has " + std::to_string(lines.size()) + " tokens (one a line";
    if (tabs > 0) has += ", in " + std::to_string(tabs + 1) + " columns that tabs separate";
    has += ')';
    if (one_more && tabs > 0) {
      refuse_fit(file.path(), has + ", one line more than " + printable(matrix.path, 4096) +
                                  " has rows, and its first one looks like a header row (" + in_quotes(lines.front()) +
                                  "); remove it and keep the column of the tokens: tail -n +2 FILE | cut -f1");
    }
    refuse_count(file.path(), has, std::ssize(lines), matrix);
  } else if (matrix.table && tabs > 0) {
    for (std::string_view& line : lines) line = column_of(line, 0);
    notes.push_back(path + ": the first of its " + std::to_string(tabs + 1) + " columns is taken for the tokens.");
  } else {
    for (const char separator : {'\t', ' '}) {
      if (!all_end_in_numbers(lines, separator)) continue;
      notes.push_back(path +
                      ": the numbers at the ends of its lines are taken for counts or scores, not for parts of "
                      "tokens.");
      for (std::string_view& line : lines) line = before_number(line, separator);
      break;
    }
  }
  Vocabulary vocabulary;
  vocabulary.reserve(matrix.rows, file.size());
  for (const std::string_view token : lines) vocabulary.push_back(token);
  return vocabulary;
}

}  // namespace gramian::host
