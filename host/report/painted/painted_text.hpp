#pragma once
// A text with a value for every token: as a page, a picture, a table, and on a terminal.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/report/drawing/colors.hpp"
#include "host/report/drawing/theme.hpp"
#include "host/report/files/output_folder.hpp"

namespace gramian::host {

/// A token: its row in the matrix, and the bytes of the text that it stands for, [begin, end).
struct PaintedToken {
  static constexpr int64_t kNoRow = -1;  // out of vocabulary
  int64_t row = kNoRow;
  int64_t begin = 0;
  int64_t end = 0;
};

/// One way to paint a text.
struct PaintLayer {
  std::string by;              // "norm", "previous", "target=king"
  std::string heading;         // for people
  std::vector<double> values;  // a token; NaN: unpainted
  std::vector<double> scaled;  // a token, in [0, 1]
  double lo = 0.0;             // the values at the ends of the scale; NaN where no token is painted
  double hi = 0.0;
};

struct PaintedText {
  std::string_view text;
  std::span<const PaintedToken> tokens;               // in the order of the text
  std::function<std::string_view(int64_t row)> name;  // the token as its vocabulary writes it
  std::span<const double> norms;                      // a token, NaN where it has no row
  std::span<const PaintLayer> layers;
  std::string title;
  std::vector<std::string> captions;  // sentences for people
};

/// The bytes of the text that each token shows, [begin, end) a token, in order and without overlap: no UTF-8 sequence
/// is cut. One that tokens share (byte-level tokens of an emoji) is shown by the first; the others may show nothing.
struct ShownRange {
  size_t begin = 0;
  size_t end = 0;
};
std::vector<ShownRange> shown_ranges(std::string_view text, std::span<const PaintedToken> tokens);

/// The ground of a theme at 0, full red (#ff0000) at 1: white to red in the light one.
Color ground_to_red(const Theme& theme, double t);
inline Color white_to_red(double t) { return ground_to_red(kLight, t); }
inline Color dark_to_red(double t) { return ground_to_red(kDark, t); }
/// Black or white, whichever stands out more: at least 4.58:1 on any ground.
Color ink_on(Color ground);
/// Pages and pictures use so many shades of either scale: shade k is the colour at k / (kPaintShades - 1).
inline constexpr int kPaintShades = 64;
int paint_shade(double scaled);

/// One self-contained HTML page without external resources, for light and dark screens. The text of the element with
/// class "t" (one a layer, side by side) is the text itself, byte for byte, but for bytes that are not UTF-8, which are
/// shown as \xHH; in it every token is one <span>, of class "cK" for shade K, "u" where it is out of vocabulary, and
/// without class where it has a row and no value. About 35 bytes a token and layer.
void write_painted_html(OutputFile& file, const PaintedText& painted);

/// SVG 1.1: the layers below each other in a fixed-pitch face, 92 columns wide; tokens beyond the first `most` are left
/// out, and the picture says so.
std::string painted_svg(const PaintedText& painted, int64_t most, const Theme& theme = kLight);

/// A line a token under "begin end row token norm", then value and scaled for each layer; empty where there is none.
void write_painted_tsv(OutputFile& file, const PaintedText& painted);

enum class TerminalColors : uint8_t { palette_256, truecolor };
/// The layers below each other with ANSI colours, tokens beyond the first `most` left out. Control characters of the
/// text are shown as \xHH, so that it cannot steer the terminal.
std::string painted_ansi(const PaintedText& painted, TerminalColors colors, int64_t most);

}  // namespace gramian::host
