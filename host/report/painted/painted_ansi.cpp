#include <algorithm>
#include <cmath>

#include "host/report/painted/painted_text.hpp"
#include "host/report/wording.hpp"
#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

/// Text as a terminal may have it.
void append_inert(std::string& out, std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  while (!bytes.empty()) {
    const size_t length = utf8_sequence(bytes);
    const auto first = static_cast<unsigned char>(bytes[0]);
    const bool control = (first < 0x20 && first != '\n' && first != '\t') || first == 0x7f ||
                         (length == 2 && first == 0xc2 && static_cast<unsigned char>(bytes[1]) < 0xa0);
    const std::string_view sequence = bytes.substr(0, std::max<size_t>(1, length));
    if (length == 0 || control) {
      for (const char c : sequence) {
        const auto byte = static_cast<unsigned char>(c);
        out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      }
    } else {
      out += sequence;
    }
    bytes.remove_prefix(sequence.size());
  }
}

std::string paint(double scaled, TerminalColors colors) {
  if (colors == TerminalColors::truecolor) {
    const Color ground = white_to_red(scaled);
    return "\x1b[38;2;0;0;0;48;2;" + std::to_string(ground.r) + ";" + std::to_string(ground.g) + ";" +
           std::to_string(ground.b) + "m";
  }
  // The 6 x 6 x 6 cube: full red, green and blue alike from 5 down to 0.
  const auto rest = std::lround(5.0 * (1.0 - scaled));
  return "\x1b[38;5;16;48;5;" + std::to_string(16 + 36 * 5 + 6 * rest + rest) + "m";
}

}  // namespace

std::string painted_ansi(const PaintedText& painted, TerminalColors colors, int64_t most) {
  constexpr const char* kReset = "\x1b[0m";
  const std::vector<ShownRange> shown = shown_ranges(painted.text, painted.tokens);
  const size_t count = std::min(shown.size(), static_cast<size_t>(most));
  std::string out;
  for (const PaintLayer& layer : painted.layers) {
    out += "\x1b[1m";
    append_inert(out, layer.heading);
    out += std::string(kReset) + "  " + significant(layer.lo) + " ";
    for (int step = 0; step <= 10; ++step) out += paint(step / 10.0, colors) + "  ";
    out += std::string(kReset) + " " + significant(layer.hi) + "\n\n";
    size_t at = 0;
    for (size_t t = 0; t < count; ++t) {
      append_inert(out, painted.text.substr(at, shown[t].begin - at));
      const std::string_view piece = painted.text.substr(shown[t].begin, shown[t].end - shown[t].begin);
      at = shown[t].end;
      if (std::isnan(layer.scaled[t]) || piece.empty()) {
        append_inert(out, piece);
        continue;
      }
      // A ground that is on at the end of a line fills the rest of it on some terminals.
      const size_t line_end = piece.find_last_not_of("\n") + 1;
      out += paint(layer.scaled[t], colors);
      append_inert(out, piece.substr(0, line_end));
      out += kReset;
      append_inert(out, piece.substr(line_end));
    }
    if (count == shown.size()) {
      append_inert(out, painted.text.substr(at));
    } else {
      out +=
          " ...\n" + grouped(std::ssize(shown) - static_cast<int64_t>(count)) + " more tokens: -o DIR paints them all";
    }
    if (!out.ends_with('\n')) out += '\n';
    out += '\n';
  }
  return out;
}

}  // namespace gramian::host
