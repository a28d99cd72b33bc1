#pragma once
// Numbers and labels inside pictures.

#include <cstdint>
#include <string>
#include <string_view>

namespace gramian::host {

inline constexpr const char* kPictureFont = "'DejaVu Sans','Noto Sans',Verdana,sans-serif";

/// What a column of text is wide at most, of the font size, in these fonts.
inline constexpr double kColumnWidth = 0.66;

/// A coordinate to a tenth of a unit: "12.3", "-0.5", "7".
std::string svg_number(double value);

/// A token as a label: printable, and cut to `columns` columns with an ellipsis. Not yet escaped.
std::string svg_label(std::string_view token, int64_t columns);

/// A line of text and the font size at which it is written.
struct Heading {
  std::string text;
  double size = 0.0;
};
/// A title, or a line below one, in `room` units: written smaller than `size`, by up to a third, where it is long, and
/// cut with an ellipsis where that is not enough. Not yet escaped.
Heading heading(std::string_view title, double size, double room);

}  // namespace gramian::host
