#include <algorithm>
#include <cmath>

#include "host/formats/files/message.hpp"
#include "host/report/drawing/svg_text.hpp"
#include "host/report/drawing/xml_text.hpp"
#include "host/report/painted/painted_text.hpp"
#include "host/report/wording.hpp"
#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

constexpr int64_t kColumns = 92;
constexpr double kFont = 15.0;
constexpr double kPitch = 9.03;  // of the fixed-pitch faces named below, at this size
constexpr double kLine = 26.0;
constexpr double kMargin = 40.0;
constexpr double kWidth = kColumns * kPitch + 2.0 * kMargin;
constexpr double kBolder = 1.12;  // of the width of text that is not bold

/// Places tokens on lines of kColumns columns and draws them.
class Page {
 public:
  Page(std::string& svg, double top) : svg_(svg), y_(top) {}
  double bottom() const { return y_ + kLine; }

  /// `shade` < 0: unpainted. A token is broken where it holds a line's end or is longer than a line.
  void add(std::string_view bytes, int shade, bool unknown) {
    std::string piece;
    int64_t width = 0;
    const int64_t whole = display_width(bytes.substr(0, bytes.find('\n')));
    if (column_ > 0 && column_ + whole > kColumns && whole <= kColumns && !blank(bytes)) break_line(true);
    while (!bytes.empty()) {
      const size_t length = std::max<size_t>(1, utf8_sequence(bytes));
      const std::string_view character = bytes.substr(0, length);
      bytes.remove_prefix(length);
      if (character == "\n") {
        flush(piece, width, shade, unknown);
        break_line(false);
        continue;
      }
      const std::string shown = character == "\t" ? "    " : printable(character, 8);
      const int64_t columns = display_width(shown);
      if (column_ + width + columns > kColumns) {
        flush(piece, width, shade, unknown);
        break_line(true);
      }
      // Where the text itself has no line end, the space that stands there is not seen.
      if (wrapped_ && column_ + width == 0 && shown == " ") continue;
      piece += shown;
      width += columns;
    }
    flush(piece, width, shade, unknown);
  }

 private:
  static bool blank(std::string_view bytes) { return bytes.find_first_not_of(" \t\n\r") == std::string_view::npos; }

  void break_line(bool wrapped) {
    wrapped_ = wrapped;
    column_ = 0;
    y_ += kLine;
  }

  void flush(std::string& piece, int64_t& width, int shade, bool unknown) {
    const double x = kMargin + static_cast<double>(column_) * kPitch;
    const double wide = static_cast<double>(width) * kPitch;
    if (shade >= 0 && width > 0) {
      svg_ += "<rect x=\"" + svg_number(x) + "\" y=\"" + svg_number(y_ - 17.0) + "\" width=\"" + svg_number(wide) +
              "\" height=\"23\" rx=\"2.5\" class=\"c" + std::to_string(shade) + "\"/>";
    }
    if (!blank(piece)) {
      const std::string style = unknown      ? " class=\"u\""
                                : shade >= 0 ? " class=\"t" + std::to_string(shade) + "\""
                                             : "";
      svg_ += "<text x=\"" + svg_number(x) + "\" y=\"" + svg_number(y_) + "\" textLength=\"" + svg_number(wide) + "\"" +
              style + ">" + xml_text(piece) + "</text>\n";
    }
    column_ += width;
    piece.clear();
    width = 0;
  }

  std::string& svg_;
  double y_;
  int64_t column_ = 0;
  bool wrapped_ = false;
};

void add_line(std::string& svg, double x, double y, double size, Color ink, const std::string& text,
              const char* anchor = "start", const char* weight = "normal") {
  svg += "<text x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\" font-family=\"" + kPictureFont +
         "\" font-size=\"" + svg_number(size) + "\" font-weight=\"" + weight + "\" text-anchor=\"" + anchor +
         "\" fill=\"" + hex(ink) + "\">" + xml_text(text) + "</text>\n";
}

void add_legend(std::string& svg, const PaintLayer& layer, double y, const Theme& theme) {
  constexpr double kBar = 220.0;
  const double right = kWidth - kMargin;
  const Heading name = heading(layer.heading, 17.0, (right - kBar - 150.0 - kMargin) / kBolder);
  add_line(svg, kMargin, y, name.size, theme.ink, name.text, "start", "bold");
  if (std::isnan(layer.lo)) {
    add_line(svg, right, y, 12.5, theme.faint_ink, "nothing to paint", "end");
    return;
  }
  svg += "<rect x=\"" + svg_number(right - 70.0 - kBar) + "\" y=\"" + svg_number(y - 12.0) + "\" width=\"" +
         svg_number(kBar) + "\" height=\"14\" rx=\"3\" fill=\"url(#scale)\" stroke=\"" + hex(theme.grid) + "\"/>\n";
  add_line(svg, right - 78.0 - kBar, y, 12.5, theme.faint_ink, significant(layer.lo), "end");
  add_line(svg, right - 62.0, y, 12.5, theme.faint_ink, significant(layer.hi));
}

}  // namespace

std::string painted_svg(const PaintedText& painted, int64_t most, const Theme& theme) {
  const std::vector<ShownRange> shown = shown_ranges(painted.text, painted.tokens);
  const size_t count = std::min(shown.size(), static_cast<size_t>(most));
  std::string body;
  double y = kMargin + 22.0;
  const Heading title = heading(painted.title, 24.0, (kWidth - 2.0 * kMargin) / kBolder);
  add_line(body, kMargin, y, title.size, theme.ink, title.text, "start", "bold");
  y += 8.0;
  for (const std::string& caption : painted.captions) {
    y += 19.0;
    add_line(body, kMargin, y, 13.0, theme.faint_ink, printable(caption, 130));
  }
  for (const PaintLayer& layer : painted.layers) {
    y += 52.0;
    add_legend(body, layer, y, theme);
    y += 16.0;
    body += "<g font-family=\"'DejaVu Sans Mono','Noto Sans Mono',Menlo,Consolas,monospace\" fill=\"" +
            hex(ink_on(theme.ground)) + "\" font-size=\"" + svg_number(kFont) + "\" xml:space=\"preserve\">\n";
    Page page(body, y + kLine);
    size_t at = 0;
    for (size_t t = 0; t < count; ++t) {
      page.add(painted.text.substr(at, shown[t].begin - at), -1, false);
      at = shown[t].end;
      page.add(painted.text.substr(shown[t].begin, shown[t].end - shown[t].begin),
               std::isnan(layer.scaled[t]) ? -1 : paint_shade(layer.scaled[t]),
               painted.tokens[t].row == PaintedToken::kNoRow);
    }
    if (count == shown.size()) page.add(painted.text.substr(at), -1, false);
    y = page.bottom();
    body += "</g>\n";
    if (count < shown.size()) {
      add_line(body, kMargin, y, 13.0, theme.faint_ink,
               "The first " + grouped(static_cast<int64_t>(count)) + " of " + grouped(std::ssize(shown)) +
                   " tokens; text.html has all of them.");
      y += 20.0;
    }
  }
  std::string svg = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
                    svg_number(kWidth) + "\" height=\"" + svg_number(y + kMargin) + "\" viewBox=\"0 0 " +
                    svg_number(kWidth) + " " + svg_number(y + kMargin) + "\">\n<title>" + xml_text(painted.title) +
                    "</title>\n<style>.u{fill:" + hex(theme.faint_ink) + ";text-decoration:underline}";
  for (int shade = 0; shade < kPaintShades; ++shade) {
    const Color color = ground_to_red(theme, static_cast<double>(shade) / (kPaintShades - 1));
    const std::string number = std::to_string(shade);
    svg += ".c" + number + "{fill:" + hex(color) + "}";
    if (ink_on(color) != ink_on(theme.ground)) svg += ".t" + number + "{fill:" + hex(ink_on(color)) + "}";
  }
  svg += "</style>\n<defs><linearGradient id=\"scale\"><stop offset=\"0\" stop-color=\"" +
         hex(ground_to_red(theme, 0.0)) + "\"/><stop offset=\"1\" stop-color=\"" + hex(ground_to_red(theme, 1.0)) +
         "\"/></linearGradient></defs>\n<rect width=\"100%\" height=\"100%\" fill=\"" + hex(theme.ground) + "\"/>\n";
  return svg + body + "</svg>\n";
}

}  // namespace gramian::host
