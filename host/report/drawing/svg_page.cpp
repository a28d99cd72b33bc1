#include "host/report/drawing/svg_page.hpp"

#include <utility>

#include "host/report/drawing/svg_text.hpp"
#include "host/report/drawing/xml_text.hpp"
#include "host/report/wording.hpp"

namespace gramian::host {
namespace {

constexpr std::string_view name_of(Anchor anchor) {
  return anchor == Anchor::start ? "start" : anchor == Anchor::middle ? "middle" : "end";
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

}  // namespace

SvgPage::SvgPage(double width, double height, std::string_view title, const Theme& theme)
    : theme_(theme), width_(width) {
  svg_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"" +
         attribute("width", svg_number(width)) + attribute("height", svg_number(height)) +
         attribute("viewBox", "0 0 " + svg_number(width) + " " + svg_number(height)) +
         attribute("font-family", kPictureFont) + ">\n<title>" + xml_text(title) + "</title>\n<rect" +
         attribute("width", "100%") + attribute("height", "100%") + attribute("fill", hex(theme.ground)) + "/>\n";
}

void SvgPage::text(double x, double y, double size, Color ink, Anchor anchor, std::string_view content) {
  svg_ += "<text" + attribute("x", svg_number(x)) + attribute("y", svg_number(y)) +
          attribute("font-size", svg_number(size)) + attribute("fill", hex(ink)) +
          attribute("text-anchor", name_of(anchor)) + ">" + xml_text(content) + "</text>\n";
}

void SvgPage::caption(std::string_view title, std::string_view line) {
  constexpr double kLeft = 24.0;
  const Heading first = heading(title, 18.0, width_ - 2.0 * kLeft);
  const Heading second = heading(line, 12.0, width_ - 2.0 * kLeft);
  text(kLeft, 36.0, first.size, theme_.ink, Anchor::start, first.text);
  text(kLeft, 58.0, second.size, theme_.faint_ink, Anchor::start, second.text);
}

void SvgPage::upright_text(double x, double y, double size, Color ink, std::string_view content) {
  svg_ += "<text" + attribute("transform", "translate(" + svg_number(x) + " " + svg_number(y) + ") rotate(-90)") +
          attribute("font-size", svg_number(size)) + attribute("fill", hex(ink)) + attribute("text-anchor", "middle") +
          ">" + xml_text(content) + "</text>\n";
}

void SvgPage::line(double x1, double y1, double x2, double y2, Color ink, double width, std::string_view dashes) {
  svg_ += "<path" +
          attribute("d", "M" + svg_number(x1) + " " + svg_number(y1) + "L" + svg_number(x2) + " " + svg_number(y2)) +
          attribute("stroke", hex(ink)) + attribute("stroke-width", shortest(width)) +
          (dashes.empty() ? "" : attribute("stroke-dasharray", dashes)) + "/>\n";
}

void SvgPage::path(std::string_view d, Color ink, double width, const Color* fill, double opacity) {
  svg_ += "<path" + attribute("d", d) + attribute("fill", fill != nullptr ? hex(*fill) : "none") +
          (fill != nullptr ? attribute("fill-opacity", shortest(opacity)) : "") +
          (width > 0.0 ? attribute("stroke", hex(ink)) + attribute("stroke-width", shortest(width)) +
                             attribute("stroke-linejoin", "round")
                       : "") +
          "/>\n";
}

void SvgPage::rectangle(double x, double y, double width, double height, Color fill) {
  svg_ += "<rect" + attribute("x", svg_number(x)) + attribute("y", svg_number(y)) +
          attribute("width", svg_number(width)) + attribute("height", svg_number(height)) +
          attribute("fill", hex(fill)) + "/>\n";
}

void SvgPage::color_bar(double x, double y, double width, Color (*map)(double), std::string_view low,
                        std::string_view name, std::string_view high) {
  const std::string id = "bar" + std::to_string(bars_++);
  svg_ += "<defs><linearGradient" + attribute("id", id) + ">";
  for (int stop = 0; stop <= 32; ++stop) {
    svg_ +=
        "<stop" + attribute("offset", shortest(stop / 32.0)) + attribute("stop-color", hex(map(stop / 32.0))) + "/>";
  }
  svg_ += "</linearGradient></defs>\n<rect" + attribute("x", svg_number(x)) + attribute("y", svg_number(y)) +
          attribute("width", svg_number(width)) + attribute("height", "14") + attribute("rx", "3") +
          attribute("fill", "url(#" + id + ")") + "/>\n";
  text(x, y + 32.0, 12.0, theme_.faint_ink, Anchor::start, low);
  text(x + 0.5 * width, y + 32.0, 12.0, theme_.faint_ink, Anchor::middle, name);
  text(x + width, y + 32.0, 12.0, theme_.faint_ink, Anchor::end, high);
}

std::string SvgPage::finished() && { return std::move(svg_) + "</svg>\n"; }

}  // namespace gramian::host
