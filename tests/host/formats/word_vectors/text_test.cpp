#include <cmath>
#include <cstdlib>

#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

Embedding open_text(const TempDir& dir, std::string_view text, int threads = 2) {
  return open_embedding(dir.write("v.txt", text), std::nullopt, threads);
}

TEST(Text, Word2vecHeaderAndGlove) {
  const TempDir dir;
  const Embedding vec = open_text(dir, "2 3\nthe 1 -2.5 3e-1\nof 0.1 .5 -0\n");
  EXPECT_EQ(vec.format, "word2vec-text");
  EXPECT_EQ(tokens_of(vec), (std::vector<std::string>{"the", "of"}));
  EXPECT_EQ(values_of(vec), (std::vector<double>{1, -2.5, 0.3f, 0.1f, 0.5, 0}));
  const Embedding glove = open_text(dir, "the 1 -2.5 3e-1\nof 0.1 .5 -0\n");
  EXPECT_EQ(glove.format, "glove");
  EXPECT_EQ(tokens_of(glove), tokens_of(vec));
  EXPECT_EQ(values_of(glove), values_of(vec));
}

TEST(Text, OnlySpaceAndNewlineSeparate) {
  const TempDir dir;
  const std::vector<std::string> tokens = {
      "new\xc2\xa0york", "thin\xe2\x80\x89space", "next\xc2\x85line", "tab\there", "cr\rinside", "\xff\xfe",
      "vt\x0b\x0c",      "\xe2\x80\xa8"};
  std::string lines;
  for (const auto& token : tokens) lines += token + " 1 2\n";
  EXPECT_EQ(tokens_of(open_text(dir, "8 2\n" + lines)), tokens);
  EXPECT_EQ(tokens_of(open_text(dir, lines)), tokens);
}

TEST(Text, AcceptsCarriageReturnsAndOneTrailingSpace) {
  const TempDir dir;
  for (const std::string end : {"\n", "\r\n", " \n", " \r\n"}) {
    for (const bool header : {false, true}) {
      const Embedding embedding = open_text(dir, (header ? "2 2" + end : "") + "a 1 2" + end + "b 3 4" + end);
      EXPECT_EQ(embedding.format, header ? "word2vec-text" : "glove");
      EXPECT_EQ(tokens_of(embedding), (std::vector<std::string>{"a", "b"}));
      EXPECT_EQ(values_of(embedding), (std::vector<double>{1, 2, 3, 4}));
    }
  }
}

TEST(Text, GloveTokensMayHoldSpaces) {
  const TempDir dir;
  const Embedding embedding = open_text(dir, "the 1 2\n. . . 3 4\nat name@domain.com 5 6\nwindows 95 7 8\n95 9 10\n");
  EXPECT_EQ(tokens_of(embedding), (std::vector<std::string>{"the", ". . .", "at name@domain.com", "windows 95", "95"}));
  EXPECT_EQ(values_of(embedding), (std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

TEST(Text, GloveDimensionsFromTheFirstThreeLines) {
  const TempDir dir;
  EXPECT_EQ(open_text(dir, "windows 95 1 2\nthe 3 4\n").matrix.view.cols, 2);
  EXPECT_EQ(open_text(dir, "1 0.1 0.2\n2 3 4\n").matrix.view.cols, 2);
  EXPECT_EQ(open_text(dir, "at x.com 0.1 0.2\nthe 3 4\n").matrix.view.cols, 2);
  EXPECT_EQ(open_text(dir, "nan 0.1 0.2\n").matrix.view.cols, 2);
  EXPECT_EQ(open_text(dir, "the 1 2\nwindows 95 1 2\nof 1 2\n").matrix.view.cols, 2);
  // A damaged line among the three is outvoted, and named.
  for (const char* bad : {"a 0..1 0.2 0.3\n", "a 0.2 0.3\n", "a 0.2\n", "a 0.1 0.2 0.3 0.4\n", "\n"}) {
    expect_refused<InvalidInput>(dir.write("v.txt", bad + std::string("b 1 2 3\nc 1 2 3\n")), {"line 1"});
    expect_refused<InvalidInput>(dir.write("v.txt", "b 1 2 3\n" + std::string(bad) + "c 1 2 3\n"), {"line 2"});
    expect_refused<InvalidInput>(dir.write("v.txt", "b 1 2 3\nc 1 2 3\n" + std::string(bad)), {"line 3"});
  }
}

TEST(Text, NanAndInfinityAreValues) {
  const TempDir dir;
  const auto values = values_of(open_text(dir, "1 4\nx nan inf -inf 1e-60\n"));
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_EQ(values[1], std::numeric_limits<double>::infinity());
  EXPECT_EQ(values[2], -std::numeric_limits<double>::infinity());
  EXPECT_EQ(values[3], 0.0);
}

TEST(Text, RefusesDamagedLinesByNumber) {
  const TempDir dir;
  const struct {
    const char* text;
    std::string_view line, part;
  } kBoth[] = {
      {"a 1 2\nb 3\n", "line 2", "1 values where 2"},
      {"a 1 2\nb\n", "line 2", "0 values where 2"},
      {"a 1 2\n\nb 3 4\n", "line 2", "blank"},
      {"a 1 2\nb 3 4\n\n", "line 3", "blank"},
      {"a 1 2\nb 3 x\n", "line 2", "'x' stands where value 2 of 2"},
      {"a 1 2\nb 3 4..5\n", "line 2", "4..5"},
      {"a 1 2\nb 3 0x10\n", "line 2", "0x10"},
      {"a 1 2\nb  3 4\n", "line 2", "two spaces"},
      {"a 1 2\nb 3  4\n", "line 2", "''"},
      {"a 1 2\n 3 4\n", "line 2", "empty token"},
      {"a 1 2\nb 3 4  \n", "line 2", "''"},
      {"a 1 2\nb 3 1e40\n", "line 2", "too large"},
      {"a 1 2\nb 3 4\t\n", "line 2", "4\\x09"},
      {"a 1 2\nb 0.5 3 4\n", "line 2", "more than 2 values"},
      {"a 1 2\nb 3.5 4.5c 5 6\n", "line 2", "more than 2 values"},  // two lines run into one
      {"a 1 2\nb 3 ", "line 2", "1 values where 2"},
      {"a 1 2\nb", "line 2", "0 values where 2"},
      {"a 1 2\nb 3 -", "line 2", "'-'"},
  };
  for (const auto& c : kBoth) {
    const auto path = dir.write("v.txt", c.text);
    expect_refused<InvalidInput>(path, {path, c.line, c.part});
  }
  expect_refused<InvalidInput>(dir.write("v.txt", "2 2\na 1 2\nb 3 x\n"), {"line 3", "'x'"});
  expect_refused<InvalidInput>(dir.write("v.txt", "2 2\na 1 2\nb 9.5 3 4\n"), {"line 3", "more than 2 values"});
}

TEST(Text, RefusesCountsThatDoNotFitTheHeader) {
  const TempDir dir;
  expect_refused<InvalidInput>(dir.write("v.txt", "3 2\na 1 2\nb 3 4\n"), {"promises 3 vectors", "2 lines"});
  expect_refused<InvalidInput>(dir.write("v.txt", "1 2\na 1 2\nb 3 4\n"), {"promises 1 vectors", "2 lines"});
  expect_refused<InvalidInput>(dir.write("v.txt", "1 2\n"), {"promises"});
  expect_refused<InvalidInput>(dir.write("v.txt", "2 3\na 1 2\nb 3 4\n"), {"line 2", "2 values where 3"});
  expect_refused<InvalidInput>(dir.write("v.txt", "9223372036854775807 2\na 1 2\n"), {"promises 9223", "1 lines"});
  for (const char* header : {"0 2", "2 0", "-2 2", "2 99999999999999999999", "4294967296 4294967296"}) {
    expect_refused<InvalidInput>(dir.write("v.txt", header + std::string("\na 1 2\n")), {"line 1", header});
  }
}

// Many pieces for several threads: every value where it belongs, whatever the number of threads.
TEST(Text, PiecesMeetExactly) {
  const TempDir dir;
  constexpr int kRows = 20'000;
  std::string text = std::to_string(kRows) + " 4\n";
  for (int i = 0; i < kRows; ++i) {
    text += numbered("t", i) + numbered(" ", i) + numbered(" 0.", i) + numbered(" -", i) + "e-3 1\n";
  }
  for (const int threads : {1, 2, 5, 0}) {
    const Embedding embedding = open_text(dir, text, threads);
    const auto values = values_of(embedding);
    ASSERT_EQ(embedding.matrix.view.rows, kRows);
    for (int i = 0; i < kRows; ++i) {
      const auto row = static_cast<size_t>(4 * i);
      ASSERT_EQ((*embedding.vocabulary)[i], numbered("t", i));
      ASSERT_EQ(values[row], i);
      ASSERT_EQ(values[row + 1], std::strtof(numbered("0.", i).c_str(), nullptr));
      ASSERT_EQ(values[row + 2], std::strtof((numbered("-", i) + "e-3").c_str(), nullptr));
      ASSERT_EQ(values[row + 3], 1);
    }
  }
  // Of several damaged lines the first is named, whichever thread found its own first.
  for (const int row : {kRows - 1, 15'000, 500}) {
    const size_t at = text.find(numbered("\nt", row) + " ");
    text[at + 1 + std::to_string(row).size() + 2] = 'x';
    for (int repeat = 0; repeat < 5; ++repeat) {
      expect_refused<InvalidInput>(dir.write("v.txt", text), {numbered("line ", row + 2) + ":"});
    }
  }
}

}  // namespace
}  // namespace gramian::host::test
