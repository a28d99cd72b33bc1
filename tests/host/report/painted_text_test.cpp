// The painted page and picture: text kept byte for byte, injection inert, ink that can be read. What a browser makes of
// the page is in tests/host/cli/browser/page_test.py.

#include "host/report/painted/painted_text.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "host/report/drawing/heatmap_svg.hpp"

namespace gramian::host {
namespace {

constexpr double kReadable = 4.5;  // WCAG 2.1, level AA

TEST(PaintedColors, EveryShadeIsReadable) {
  for (int shade = 0; shade < kPaintShades; ++shade) {
    const double t = static_cast<double>(shade) / (kPaintShades - 1);
    EXPECT_GE(contrast({0, 0, 0}, white_to_red(t)), kReadable) << shade;  // the ink of light pages and pictures
    EXPECT_GE(contrast(ink_on(dark_to_red(t)), dark_to_red(t)), kReadable) << shade;
  }
  // Unpainted text on both pages: ink and faint ink.
  EXPECT_GE(contrast({0x66, 0x62, 0x6e}, {255, 255, 255}), kReadable);
  EXPECT_GE(contrast({0xa0, 0x9a, 0xad}, {0x16, 0x14, 0x1d}), kReadable);
  EXPECT_EQ(white_to_red(0.0), (Color{255, 255, 255}));
  EXPECT_EQ(white_to_red(1.0), (Color{255, 0, 0}));
  EXPECT_EQ(white_to_red(0.5), (Color{255, 128, 128}));
  EXPECT_EQ(dark_to_red(1.0), (Color{255, 0, 0}));
  EXPECT_EQ(paint_shade(1.0), kPaintShades - 1);
  EXPECT_EQ(paint_shade(0.0), 0);
}

TEST(PaintedColors, ContrastIsWcags) {
  EXPECT_NEAR(contrast({0, 0, 0}, {255, 255, 255}), 21.0, 1e-12);
  EXPECT_NEAR(contrast({255, 0, 0}, {255, 255, 255}), 3.998, 1e-3);  // https://webaim.org/resources/contrastchecker/
  EXPECT_NEAR(contrast({0x77, 0x77, 0x77}, {255, 255, 255}), 4.478, 1e-3);
}

TEST(ShownRanges, CutNoCharacter) {
  // a, the four bytes of an emoji in three tokens, a byte that is not UTF-8, ä in two
  const std::string text = "a\xf0\x9f\x99\x82\xff\xc3\xa4";
  const std::vector<PaintedToken> tokens = {{0, 0, 1}, {1, 1, 2}, {2, 2, 4}, {3, 4, 5},
                                            {4, 5, 6}, {5, 6, 7}, {6, 7, 8}};
  const std::vector<ShownRange> shown = shown_ranges(text, tokens);
  const std::pair<size_t, size_t> expected[] = {{0, 1}, {1, 5}, {5, 5}, {5, 5}, {5, 6}, {6, 8}, {8, 8}};
  ASSERT_EQ(shown.size(), 7u);
  for (size_t t = 0; t < 7; ++t) EXPECT_EQ(std::pair(shown[t].begin, shown[t].end), expected[t]) << t;
  // Tokens that stand for the same bytes, and gaps.
  const std::vector<PaintedToken> shared = {{0, 1, 5}, {1, 1, 5}, {2, 6, 8}};
  const std::vector<ShownRange> once = shown_ranges(text, shared);
  EXPECT_EQ(once[1].begin, once[1].end);
  EXPECT_EQ(once[2].begin, 6u);
}

/// A text of one token a word, painted by one layer.
struct Example {
  explicit Example(std::string bytes) : text(std::move(bytes)) {
    for (size_t at = 0; at < text.size(); ++at) {
      if (text[at] == ' ' || text[at] == '\n') continue;
      const size_t end = std::min(text.find_first_of(" \n", at), text.size());
      const auto number = static_cast<int64_t>(tokens.size());
      tokens.push_back({number % 5 == 4 ? -1 : number, static_cast<int64_t>(at), static_cast<int64_t>(end)});
      at = end;
    }
    PaintLayer layer{"target=<b>&\"", "to <b>", {}, {}, 0.25, 1.0};
    for (size_t t = 0; t < tokens.size(); ++t) {
      const double value = t == 0 || tokens[t].row < 0 ? std::nan("") : static_cast<double>(t % 7) / 6.0;
      layer.values.push_back(value);
      layer.scaled.push_back(value);
      norms.push_back(1.5);
    }
    layers = {layer, layer};
    painted.text = text;
    painted.tokens = tokens;
    painted.name = [](int64_t) { return std::string_view("</script><script>alert(1)</script>"); };
    painted.norms = norms;
    painted.layers = layers;
    painted.title = "<img src=x onerror=alert(1)>";
    painted.captions = {"a & b <i>"};
  }

  template <class Write>
  std::string written(Write&& write) const {
    const auto path = std::filesystem::temp_directory_path() / ("gramian_painted_" + std::to_string(::getpid()));
    {
      OutputFile file(path);
      write(file, painted);
      file.commit();
    }
    std::ifstream in(path, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    std::filesystem::remove(path);
    return bytes;
  }

  std::string text;
  std::vector<PaintedToken> tokens;
  std::vector<double> norms;
  std::vector<PaintLayer> layers;
  PaintedText painted;
};

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// The text of the page's first painted element: tags dropped, references turned back.
std::string text_content(const std::string& page) {
  const size_t begin = page.find("data-l=\"0\">") + 11;
  std::string inner = page.substr(begin, page.find("</div>", begin) - begin);
  std::string text;
  for (size_t at = 0; at < inner.size(); ++at) {
    if (inner[at] == '<') {
      at = inner.find('>', at);
    } else if (inner[at] == '&') {
      const size_t end = inner.find(';', at);
      const std::string name = inner.substr(at + 1, end - at - 1);
      text += name == "amp" ? '&' : name == "lt" ? '<' : name == "gt" ? '>' : name == "#13" ? '\r' : '?';
      at = end;
    } else {
      text += inner[at];
    }
  }
  return text;
}

TEST(PaintedHtml, KeepsTheTextAndNothingOfItRuns) {
  std::string text =
      "\n\n one <b>two</b> &amp; three\r\n<script>alert(1)</script> \xe6\x97\xa5\xe6\x9c\xac \tfour </p> ";
  for (int line = 0; line < 400; ++line) text += "words of line " + std::to_string(line) + "\n\n";
  const Example example(text);
  const std::string page = example.written(write_painted_html);
  EXPECT_EQ(text_content(page), text);
  EXPECT_EQ(count(page, "<span"), 2 * example.tokens.size());
  EXPECT_EQ(count(page, "<span class=u>"),
            2 * static_cast<size_t>(std::ranges::count(example.tokens, -1, &PaintedToken::row)));
  EXPECT_EQ(count(page, "<script"), 2u);
  EXPECT_EQ(count(page, "</script"), 2u);
  EXPECT_EQ(count(page, "<img"), 0u);
  EXPECT_EQ(count(page, "<b>two"), 0u);
  EXPECT_GT(count(page, "<p data-k="), 8u);  // what is off the screen can be skipped
  for (const char* outside : {"http://", "https://", "@import", "url(", "<link"}) EXPECT_EQ(count(page, outside), 0u);
  EXPECT_EQ(count(page, "&lt;img src=x onerror"), 2u);
}

TEST(PaintedHtml, ShowsBytesThatAreNotText) {
  const Example example(std::string("a\xff\xc3 b\0c", 7));
  EXPECT_EQ(text_content(example.written(write_painted_html)), "a\\xff\\xc3 b\\x00c");
}

TEST(PaintedTsv, OneLineAToken) {
  const Example example("one two\nthree four f\tive");
  const std::string table = example.written(write_painted_tsv);
  EXPECT_EQ(count(table, "\n"), example.tokens.size() + 1);
  EXPECT_TRUE(table.starts_with("begin\tend\trow\ttoken\tnorm\t\"target=<b>&\"\"\"\t\"scaled target=<b>&\"\"\""));
  EXPECT_NE(table.find("\n19\t24\t\tf\\tive\t1.5\t\t\t\t\n"), std::string::npos);
  for (size_t at = 0, line = 0; at < table.size(); ++line) {
    const size_t end = table.find('\n', at);
    EXPECT_EQ(std::ranges::count(table.substr(at, end - at), '\t'), 8) << line;
    at = end + 1;
  }
}

TEST(PaintedSvg, BreaksLinesAndSaysWhatIsMissing) {
  std::string text = "first\n" + std::string(300, 'w') + " \x01 <last> &";
  const std::string svg = painted_svg(Example(text).painted, 100);
  EXPECT_EQ(count(svg, "<script"), 0u);
  EXPECT_EQ(count(svg, "&lt;last&gt;"), 2u);
  EXPECT_EQ(svg.find('\x01'), std::string::npos);
  EXPECT_EQ(count(svg, ">" + std::string(92, 'w') + "<"), 6u);  // three full lines a layer
  EXPECT_EQ(count(svg, "text.html has all of them"), 0u);
  EXPECT_EQ(count(painted_svg(Example(text).painted, 2), "The first 2 of 5 tokens"), 2u);
}

TEST(PaintedAnsi, ColoursAndControlCharacters) {
  const std::string text =
      "zero one \x1b]0;title\x07 three\n four \xc2\x9b"
      "2J six";
  const Example example(text);
  const std::string shown = painted_ansi(example.painted, TerminalColors::truecolor, 100);
  EXPECT_NE(shown.find("\x1b[38;2;0;0;0;48;2;255;213;213mone\x1b[0m"), std::string::npos);  // 1/6
  EXPECT_NE(shown.find("\\x1b]0;title\\x07"), std::string::npos);
  EXPECT_NE(shown.find("\\xc2\\x9b2J"), std::string::npos);
  EXPECT_EQ(shown.find('\x07'), std::string::npos);
  const std::string cube = painted_ansi(example.painted, TerminalColors::palette_256, 100);
  EXPECT_EQ(cube.find(";2;"), std::string::npos);
  EXPECT_NE(cube.find("\x1b[38;5;16;48;5;224mone\x1b[0m"), std::string::npos);
  // The six steps of the cube from white to red.
  for (const int color : {231, 224, 217, 210, 203, 196}) {
    EXPECT_NE(cube.find("48;5;" + std::to_string(color) + "m"), std::string::npos) << color;
  }
  EXPECT_NE(painted_ansi(example.painted, TerminalColors::truecolor, 2).find("5 more tokens"), std::string::npos);
}

TEST(HeatmapSvg, OneSquareAPairInTheOrderOfTheTree) {
  DenseMatrix cosines(3, 3);
  const double values[] = {1.0, 0.1, 0.8, 0.1, 1.0, 0.2, 0.8, 0.2, 1.0};
  cosines.values.assign(values, values + 9);
  const std::vector<std::string> labels = {"<one>", "two", "three\x02"};
  const std::vector<Merge> merges = average_linkage(cosines);
  const std::string svg = heatmap_svg({cosines, labels, merges, "a&b"});
  // two | one three
  EXPECT_LT(svg.find(">two<"), svg.find(">&lt;one&gt;<"));
  EXPECT_EQ(count(svg, ">&lt;one&gt;<"), 2u);
  EXPECT_EQ(count(svg, ">three\\x02<"), 2u);
  EXPECT_EQ(count(svg, ">0.80<"), 2u);
  EXPECT_EQ(count(svg, ">1.00<"), 3u);
  EXPECT_NE(svg.find("a&amp;b"), std::string::npos);
  EXPECT_EQ(heatmap_scale(cosines).lo, 0.1);
  EXPECT_EQ(heatmap_scale(cosines).hi, 0.8);
  EXPECT_FALSE(heatmap_scale(cosines).diverging);
  cosines(0, 1) = cosines(1, 0) = -0.5;
  EXPECT_TRUE(heatmap_scale(cosines).diverging);
  EXPECT_EQ(heatmap_scale(cosines).lo, -0.8);
  DenseMatrix one(1, 1);
  one(0, 0) = 1.0;
  EXPECT_NE(heatmap_svg({one, std::vector<std::string>{"alone"}, {}, "t"}).find(">alone<"), std::string::npos);
}

}  // namespace
}  // namespace gramian::host
