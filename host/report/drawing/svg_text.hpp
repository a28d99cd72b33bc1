#pragma once
// Numbers and labels inside pictures.

#include <cstdint>
#include <string>
#include <string_view>

namespace gramian::host {

inline constexpr const char* kPictureFont = "'DejaVu Sans','Noto Sans',Verdana,sans-serif";

/// A coordinate to a tenth of a unit: "12.3", "-0.5", "7".
std::string svg_number(double value);

/// A token as a label: printable, and cut to `columns` columns with an ellipsis. Not yet escaped.
std::string svg_label(std::string_view token, int64_t columns);

}  // namespace gramian::host
