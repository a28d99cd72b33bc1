#pragma once
// How the lines of a text of vectors are laid out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gramian::host {

struct TextLayout {
  char after = ' ';    // between a token and its first value
  char between = ' ';  // between values
  bool tokens = true;  // false: a table of numbers alone
  int64_t cols = 0;    // values a line

  bool plain() const { return after == ' ' && between == ' ' && tokens; }
};

/// The layout of a text without a header that starts with `start`, by its first three lines; nothing when they are no
/// vectors of two or more values.
///
/// With spaces, a line suggests as many values as there are numbers at its end, its first field (always part of the
/// token) aside; that is too many for a token that ends in a number ("windows 95"), and wrong for a damaged line. So
/// what two of the three lines suggest is taken; where no two agree, the least. Tabs or commas separate where lines
/// read so end in numbers and lines read with spaces do not; they stand between a token and values that spaces
/// separate where most lines have numbers alone after the last one. A table has no tokens where the first field of
/// every line is a number, written with a point where spaces or commas separate.
std::optional<TextLayout> find_text_layout(std::string_view start);

/// The layout of the lines under a header that promises `cols` values each.
TextLayout layout_under_header(std::string_view lines, int64_t cols);

/// A sentence about a layout that is not plain.
std::string describe(const TextLayout& layout);

/// `line` without what may follow its last field: one carriage return, and one separator.
std::string_view strip_line_end(std::string_view line, const TextLayout& layout);

/// The last field of `line` in `layout`, taken off it with its separator; nothing when `line` is one field.
std::optional<std::string_view> take_last_field(std::string_view& line, char separator);

/// Whether `field` is a number that is written as values are: with a point.
bool looks_like_value(std::string_view field);

/// A guess at what a line that holds no vector is: "has decimal commas ...; write ...". Empty where nothing is known.
std::string explain_line(std::string_view line);

}  // namespace gramian::host
