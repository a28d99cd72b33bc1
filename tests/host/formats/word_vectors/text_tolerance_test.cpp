// Text of vectors that is not quite regular: read where its meaning is plain, with a note that says what was
// understood.

#include <algorithm>

#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

using Tokens = std::vector<std::string>;
using Values = std::vector<double>;

Embedding open_text(const TempDir& dir, std::string_view text, const ReadOptions& options = {}) {
  return open_embedding(dir.write("v.txt", text), std::nullopt, 2, options);
}

void expect_note(const Embedding& embedding, std::string_view part) {
  for (const std::string& note : embedding.notes) {
    if (note.find(part) != std::string::npos && note.find("v.txt") != std::string::npos) return;
  }
  std::string all;
  for (const std::string& note : embedding.notes) all += note + "\n";
  ADD_FAILURE() << "no note about '" << part << "' among: " << all;
}

TEST(TextTolerance, RegularTextHasNoNotes) {
  const TempDir dir;
  for (const char* text : {"a 1 2\nb 3 4\n", "2 2\na 1 2\nb 3 4\n", "a 1 2 \nb c 3 4 \n", "a 1 2\r\nb 3 4\r\n"}) {
    EXPECT_TRUE(open_text(dir, text).notes.empty()) << text;
  }
}

TEST(TextTolerance, SeparatorAfterTheToken) {
  const TempDir dir;
  for (const std::string header : {"", "3 2\n"}) {
    const Embedding tab = open_text(dir, header + "a\t0.5 1\nb c\t2 3\n\td\t4 5\n");
    EXPECT_EQ(tokens_of(tab), (Tokens{"a", "b c", "\td"}));
    EXPECT_EQ(values_of(tab), (Values{0.5, 1, 2, 3, 4, 5}));
    expect_note(tab, "a tab follows each token");
    const Embedding comma = open_text(dir, header + "a,0.5 1\nb c,2 3\n10,000,4 5\n");
    EXPECT_EQ(tokens_of(comma), (Tokens{"a", "b c", "10,000"}));
    EXPECT_EQ(values_of(comma), (Values{0.5, 1, 2, 3, 4, 5}));
    expect_note(comma, "a comma follows each token");
  }
  EXPECT_EQ(open_text(dir, "a\t0.5 1\n").matrix.view.cols, 2);
  // One comma or tab in a token of plain text is no separator.
  EXPECT_EQ(tokens_of(open_text(dir, "10,000 1 2\nb 3 4\nc 5 6\n")), (Tokens{"10,000", "b", "c"}));
  EXPECT_EQ(tokens_of(open_text(dir, "a\t5 1 2\nb 3 4\nc 5 6\n")), (Tokens{"a\t5", "b", "c"}));
  EXPECT_EQ(tokens_of(open_text(dir, "10,000 1 2\n")), (Tokens{"10,000"}));
}

TEST(TextTolerance, TablesOfTokensAndValues) {
  const TempDir dir;
  for (const char separator : {'\t', ','}) {
    for (const bool header : {false, true}) {
      std::string text = "a_0.5_1\nb c_2_3\n7_4_5\n";
      std::ranges::replace(text, '_', separator);
      const Embedding table = open_text(dir, (header ? "3 2\n" : "") + text);
      EXPECT_EQ(tokens_of(table), (Tokens{"a", "b c", "7"}));
      EXPECT_EQ(values_of(table), (Values{0.5, 1, 2, 3, 4, 5}));
      EXPECT_EQ(table.format, header ? "word2vec-text" : "table");
      expect_note(table, separator == '\t' ? "tabs separate" : "commas separate");
    }
  }
  expect_refused<InvalidInput>(dir.write("v.txt", "word\tx\ty\na\t1\t2\nb\t3\t4\n"),
                               {"line 1", "header", "tail -n +2"});
  expect_refused<InvalidInput>(dir.write("v.txt", "a\t1\t2\nb\t3\nc\t5\t6\n"), {"line 2", "1 values where 2"});
  expect_refused<InvalidInput>(dir.write("v.txt", "a\t1\t2\n\t3\t4\nc\t5\t6\n"), {"line 2", "empty token"});
}

TEST(TextTolerance, NumbersAlone) {
  const TempDir dir;
  const struct {
    const char* text;
    std::string_view name;
  } kCases[] = {
      {"1\t2\t3\n4\t5\t6.5\n", "tabs"}, {"1.0,2,3\n4.0,5,6.5\n", "commas"}, {"1.0 2.0 3.0\n4.0 5 6.5\n", "spaces"}};
  for (const auto& c : kCases) {
    const Embedding table = open_text(dir, c.text);
    EXPECT_EQ(values_of(table), (Values{1, 2, 3, 4, 5, 6.5})) << c.text;
    EXPECT_FALSE(table.vocabulary);
    expect_note(table, "numbers alone");
    expect_note(table, c.name);
  }
  EXPECT_EQ(values_of(open_text(dir, "1\t2\n3\t4\n")), (Values{1, 2, 3, 4}));
  expect_refused<InvalidInput>(dir.write("v.txt", "1\t2\n3\tx\n5\t6\n7\t8\n"), {"line 2", "'x'"});
}

TEST(TextTolerance, TokensWithSpacesUnderAHeader) {
  const TempDir dir;
  const Embedding vec = open_text(dir, "4 2\nthe 1 2\nR$ 0,00 3 4\nwindows 95 5 6\na b c 7 8\n");
  EXPECT_EQ(tokens_of(vec), (Tokens{"the", "R$ 0,00", "windows 95", "a b c"}));
  EXPECT_EQ(values_of(vec), (Values{1, 2, 3, 4, 5, 6, 7, 8}));
  expect_note(vec, "3 tokens hold spaces");
}

TEST(TextTolerance, ATokenThatIsOneSpace) {
  const TempDir dir;
  for (const std::string header : {"", "2 2\n"}) {
    EXPECT_EQ(tokens_of(open_text(dir, header + "  1 2\nb 3 4\n")), (Tokens{" ", "b"}));
    expect_refused<InvalidInput>(dir.write("v.txt", header + " 1 2\nb 3 4\n"), {"empty token"});
    expect_refused<InvalidInput>(dir.write("v.txt", header + "   1 2\nb 3 4\n"), {"two spaces"});
  }
}

TEST(TextTolerance, NoNewlineAtTheEnd) {
  const TempDir dir;
  for (const std::string header : {"", "2 2\n"}) {
    const Embedding embedding = open_text(dir, header + "a 1 2\nb 3 4");
    EXPECT_EQ(values_of(embedding), (Values{1, 2, 3, 4}));
    expect_note(embedding, "no newline ends its last line");
  }
  expect_note(open_text(dir, "a 1 2"), "no newline");
}

TEST(TextTolerance, PlusSigns) {
  const TempDir dir;
  EXPECT_EQ(values_of(open_text(dir, "a +0.5 -1\nb +.25 +3e+1\n")), (Values{0.5, -1, 0.25, 30}));
  for (const char* bad : {"+", "+-1", "++1", "+inf", "+x"}) {
    expect_refused<InvalidInput>(dir.write("v.txt", "a 1 2\nb 3 " + std::string(bad) + "\n"), {"line 2", bad});
  }
}

TEST(TextTolerance, LimitReadsTheBeginning) {
  const TempDir dir;
  ReadOptions options;
  options.limit = 2;
  for (const std::string header : {"", "4 2\n", "3 2\n"}) {
    const Embedding embedding = open_text(dir, header + "a 1 2\nb 3 4\nc damaged\n", options);
    EXPECT_EQ(tokens_of(embedding), (Tokens{"a", "b"}));
    EXPECT_EQ(values_of(embedding), (Values{1, 2, 3, 4}));
    expect_note(embedding, "only the first 2 rows");
  }
  // The header promises more than there is: enough is enough, but no more than enough.
  options.limit = 3;
  EXPECT_EQ(open_text(dir, "9 2\na 1 2\nb 3 4\nc 5 6\n", options).matrix.view.rows, 3);
  options.limit = 4;
  EXPECT_THROW(open_text(dir, "9 2\na 1 2\nb 3 4\nc 5 6\n", options), InvalidInput);
  EXPECT_EQ(open_text(dir, "3 2\na 1 2\nb 3 4\nc 5 6\n", options).matrix.view.rows, 3);
  options.limit = 2;
  EXPECT_THROW(open_text(dir, "1 2\na 1 2\nb 3 4\nc 5 6\n", options), InvalidInput);
  const auto binary = dir.write("v.bin", "3 1\na " + bytes_of(1.0f) + "b " + bytes_of(2.0f));
  EXPECT_EQ(open_embedding(binary, std::nullopt, 1, options).matrix.view.rows, 2);
  // A vocabulary of its own names all rows.
  EXPECT_EQ(open_embedding(dir.write("v.txt", "a 1 2\nb 3 4\nc 5 6\n"), dir.write("names", "x\ny\nz\n"), 1, options)
                .matrix.view.rows,
            3);
}

TEST(TextTolerance, RefusedWithTheRightWord) {
  const TempDir dir;
  expect_refused<InvalidInput>(dir.write("v.vec", "2 5\nw0 1,0531 1,7765 -2,5533 -0,1380 1,0137\nw1 1 2 3 4 5\n"),
                               {"line 2", "decimal commas"});
  expect_refused<InvalidInput>(dir.write("v.vec", "2 3\nw0 [0.5, 0.25, 1]\nw1 [1, 2, 3]\n"), {"line 2", "brackets"});
  expect_refused<InvalidInput>(dir.write("v.vec", "2 3\nw0 1:0.5 2:0.25 7:1\nw1 1:1 2:3 3:4\n"), {"line 2", "sparse"});
  expect_refused<InvalidInput>(dir.write("v.vec", "2 12\nw0 1:0.010000 3:0.030000 5:0.050000 7:0.070000\nw1 2:1\n"),
                               {"line 2", "sparse"});
  // Binary values that happen to be characters stay binary.
  EXPECT_EQ(open_embedding(dir.write("v.bin", "2 1\na 1:::b 2:::"), std::nullopt, 1).format, "word2vec-binary");
}

TEST(TextTolerance, ThePairOfTheProjector) {
  const TempDir dir;
  const auto vectors = dir.write("vectors.tsv", "1\t2\n3\t4\n");
  dir.write("metadata.tsv", "king\nqueen of\n");
  const Embedding plain = open_embedding(vectors, std::nullopt, 1);
  EXPECT_EQ(tokens_of(plain), (Tokens{"king", "queen of"}));
  EXPECT_EQ(plain.vocabulary_path, dir.path("metadata.tsv"));
  dir.write("metadata.tsv", "id\tword\n7\tking\n8\tqueen\n");
  const Embedding named = open_embedding(vectors, std::nullopt, 1);
  EXPECT_EQ(tokens_of(named), (Tokens{"king", "queen"}));
  EXPECT_NE(named.notes.back().find("header row, and column 2"), std::string::npos) << named.notes.back();
  dir.write("metadata.tsv", "king\t90\nqueen\t89\n");
  EXPECT_EQ(tokens_of(open_embedding(vectors, std::nullopt, 1)), (Tokens{"king", "queen"}));
  dir.write("metadata.tsv", "a\nb\nc\n");  // of something else
  EXPECT_FALSE(open_embedding(vectors, std::nullopt, 1).vocabulary);
  const auto tensor = dir.write("w2v_tensor.tsv", "1\t2\n3\t4\n");
  dir.write("w2v_metadata.tsv", "x\ny\n");
  EXPECT_EQ(tokens_of(open_embedding(tensor, std::nullopt, 1)), (Tokens{"x", "y"}));
}

}  // namespace
}  // namespace gramian::host::test
