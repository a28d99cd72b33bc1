#include "host/formats/word_vectors/line_parser.hpp"

#include <optional>
#include <utility>

#include "host/formats/files/message.hpp"
#include "host/formats/files/number.hpp"

namespace gramian::host {
namespace {

constexpr std::string_view kRemedy = "; correct or remove the line";

}  // namespace

void LineParser::fail(int64_t row, const std::string& what) const { refuse_at_line(path_, first_line_ + row, what); }

std::string_view LineParser::parse(std::string_view line, int64_t row, float* out) const {
  const std::string_view fields = strip_line_end(line, layout_);
  std::string_view token;
  // A value takes a digit and a separator.
  const bool enough = std::cmp_greater_equal(fields.size() + 1, 2 * static_cast<uint64_t>(layout_.cols));
  if (enough && parse_forward(fields, out, token)) return token;
  return parse_backward(fields, row, enough ? out : nullptr);
}

// The usual line: a token without separators, then exactly cols numbers.
bool LineParser::parse_forward(std::string_view line, float* out, std::string_view& token) const {
  const char* p = line.data();
  const char* end = p + line.size();
  int64_t k = 0;
  if (layout_.tokens) {
    const size_t space = line.find(layout_.after);
    if (space == std::string_view::npos || space == 0) return false;
    token = line.substr(0, space);
    p += space;
  } else {
    const ParsedFloat parsed = parse_float(p, end, out[k++]);
    if (parsed.status != FloatStatus::ok) return false;
    p = parsed.next;
  }
  for (char separator = layout_.after; k < layout_.cols; ++k, separator = layout_.between) {
    if (p == end || *p != separator) return false;
    const ParsedFloat parsed = parse_float(p + 1, end, out[k]);
    if (parsed.status != FloatStatus::ok) return false;
    p = parsed.next;
  }
  return p == end;
}

// Anything else: a token with spaces, or an error to explain. `out` is null where the line is too short for all values.
std::string_view LineParser::parse_backward(std::string_view line, int64_t row, float* out) const {
  if (line.empty()) fail(row, "is blank; remove it");
  std::string_view token = line;
  for (int64_t k = layout_.cols; k-- > 0;) {
    std::optional<std::string_view> field;
    if (k == 0 && !layout_.tokens) {
      field = token;
    } else {
      field = take_last_field(token, k == 0 ? layout_.after : layout_.between);
    }
    if (!field) {
      const std::string why = explain_line(line);
      fail(row, why.empty()
                    ? "has " + std::to_string(layout_.cols - 1 - k) + " values where " + std::to_string(layout_.cols) +
                          " are expected; copy or download the file again, or remove the line"
                    : why);
    }
    float ignored = 0;
    check_value(*field, k, line, row, out == nullptr ? &ignored : out + k);
  }
  if (!layout_.tokens) return {};
  check_token(token, row);
  return token;
}

void LineParser::check_value(std::string_view field, int64_t k, std::string_view line, int64_t row, float* out) const {
  const ParsedFloat parsed = parse_float(field.data(), field.data() + field.size(), *out);
  if (parsed.status == FloatStatus::out_of_range) {
    fail(row, "the value " + in_quotes(field) + " is too large for float32" + std::string(kRemedy));
  }
  if (parsed.status == FloatStatus::ok && parsed.next == field.data() + field.size()) return;
  if (const std::string why = explain_line(line); !why.empty()) fail(row, why);
  const bool names = row == 0 && first_line_ == 1 && layout_.after == layout_.between && layout_.after != ' ';
  fail(row, in_quotes(field) + " stands where value " + std::to_string(k + 1) + " of " + std::to_string(layout_.cols) +
                " is expected" +
                (names ? "; if the first line is a header that names the columns, remove it: tail -n +2"
                       : std::string(kRemedy)));
}

void LineParser::check_token(std::string_view token, int64_t row) const {
  if (token.empty()) fail(row, "has an empty token" + std::string(kRemedy));
  if (layout_.between == ' ' && layout_.after == ' ' && token != " " &&
      (token.ends_with(' ') || token.starts_with(' '))) {
    fail(row, "has two spaces in a row; separate its fields by single spaces");
  }
  for (std::string_view rest = token;;) {
    const auto field = take_last_field(rest, layout_.between);
    if (!field) return;
    if (looks_like_value(*field)) {
      fail(row, "has more than " + std::to_string(layout_.cols) + " values (" + in_quotes(*field) + " precedes them)" +
                    std::string(kRemedy));
    }
  }
}

}  // namespace gramian::host
