#pragma once
// A picture that is being drawn, as SVG 1.1.

#include <cstdint>
#include <string>
#include <string_view>

#include "host/report/drawing/theme.hpp"

namespace gramian::host {

enum class Anchor : uint8_t { start, middle, end };

class SvgPage {
 public:
  SvgPage(double width, double height, std::string_view title, const Theme& theme);

  const Theme& theme() const { return theme_; }
  /// `content` is any text; it is escaped.
  void text(double x, double y, double size, Color ink, Anchor anchor, std::string_view content);
  /// The title, and a line below it, at the top.
  void caption(std::string_view title, std::string_view line);
  /// Read from below upwards, centred on (x, y).
  void upright_text(double x, double y, double size, Color ink, std::string_view content);
  void line(double x1, double y1, double x2, double y2, Color ink, double width, std::string_view dashes = {});
  /// A path of SVG; without a fill where `fill` is null.
  void path(std::string_view d, Color ink, double width, const Color* fill = nullptr, double opacity = 1.0);
  void rectangle(double x, double y, double width, double height, Color fill);
  /// A bar of a colour map, with its ends and its name below.
  void color_bar(double x, double y, double width, Color (*map)(double), std::string_view low, std::string_view name,
                 std::string_view high);
  void raw(std::string_view svg) { svg_ += svg; }
  std::string finished() &&;

 private:
  Theme theme_;
  double width_;
  std::string svg_;
  int bars_ = 0;
};

}  // namespace gramian::host
