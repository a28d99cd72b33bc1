#include "host/report/painted/painted_text.hpp"

#include <algorithm>
#include <cmath>

#include "host/report/wording.hpp"
#include "host/text/tsv_text.hpp"
#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

Color between(Color a, Color b, double t) {
  const double part = std::isnan(t) ? 0.0 : std::clamp(t, 0.0, 1.0);
  const auto mix = [&](uint8_t x, uint8_t y) { return static_cast<uint8_t>(std::lround(x + (y - x) * part)); };
  return {mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b)};
}

/// The end of the UTF-8 sequence that `at` lies within; `at` itself where it lies between two.
size_t whole(std::string_view text, size_t at) {
  for (size_t back = 1; back <= 3 && back <= at && at < text.size(); ++back) {
    if ((static_cast<unsigned char>(text[at - back + 1]) & 0xc0) != 0x80) return at;
    const size_t length = utf8_sequence(text.substr(at - back));
    if (length > back) return at - back + length;
  }
  return at;
}

}  // namespace

std::vector<ShownRange> shown_ranges(std::string_view text, std::span<const PaintedToken> tokens) {
  std::vector<ShownRange> shown;
  shown.reserve(tokens.size());
  size_t last = 0;
  for (const PaintedToken& token : tokens) {
    const size_t begin = std::max(last, whole(text, static_cast<size_t>(token.begin)));
    const size_t end = std::max(begin, whole(text, static_cast<size_t>(token.end)));
    shown.push_back({begin, end});
    last = end;
  }
  return shown;
}

Color ground_to_red(const Theme& theme, double t) { return between(theme.ground, {255, 0, 0}, t); }

Color ink_on(Color ground) {
  constexpr Color kBlack = {0, 0, 0};
  constexpr Color kWhite = {255, 255, 255};
  return contrast(ground, kBlack) >= contrast(ground, kWhite) ? kBlack : kWhite;
}

int paint_shade(double scaled) {
  return static_cast<int>(std::lround(std::clamp(scaled, 0.0, 1.0) * (kPaintShades - 1)));
}

void write_painted_tsv(OutputFile& file, const PaintedText& painted) {
  std::string line = "begin\tend\trow\ttoken\tnorm";
  for (const PaintLayer& layer : painted.layers) {
    // Norms have a column in any case.
    if (layer.by != "norm") line += "\t" + tsv_text(layer.by);
    line += "\t" + tsv_text("scaled " + layer.by);
  }
  file.write(line + "\n");
  const auto number = [](double value) { return std::isnan(value) ? std::string() : shortest(value); };
  for (size_t t = 0; t < painted.tokens.size(); ++t) {
    const PaintedToken& token = painted.tokens[t];
    const bool known = token.row != PaintedToken::kNoRow;
    const std::string_view written =
        painted.text.substr(static_cast<size_t>(token.begin), static_cast<size_t>(token.end - token.begin));
    line = std::to_string(token.begin) + "\t" + std::to_string(token.end) + "\t" +
           (known ? std::to_string(token.row) : "") + "\t";
    line += tsv_text(valid_utf8(known ? painted.name(token.row) : written)) + "\t" + number(painted.norms[t]);
    for (const PaintLayer& layer : painted.layers) {
      if (layer.by != "norm") line.append("\t").append(number(layer.values[t]));
      line.append("\t").append(number(layer.scaled[t]));
    }
    file.write(line + "\n");
  }
}

}  // namespace gramian::host
