#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

// Tokens i with the vectors (i, -i, 0.25).
std::string word2vec_binary(const std::vector<std::string>& tokens, std::string_view separator) {
  std::string file = std::to_string(tokens.size()) + " 3\n";
  for (size_t i = 0; i < tokens.size(); ++i) {
    const auto value = static_cast<float>(i);
    file += tokens[i] + " " + bytes_of_all(std::vector<float>{value, -value, 0.25f}) + std::string(separator);
  }
  return file;
}

TEST(Word2vecBinary, KeepsTokensAsBytesWithAndWithoutNewlines) {
  const TempDir dir;
  const std::vector<std::string> tokens = {"</s>",      "caf\xc3\xa9", "\xff\xfe", "new\xc2\xa0york",
                                           "tab\there", "same",        "same"};
  for (const char* separator : {"\n", ""}) {
    for (const int threads : {1, 3}) {
      const Embedding embedding =
          open_embedding(dir.write("v.bin", word2vec_binary(tokens, separator)), std::nullopt, threads);
      EXPECT_EQ(embedding.format, "word2vec-binary");
      EXPECT_EQ(tokens_of(embedding), tokens);
      EXPECT_EQ(embedding.matrix.view.type, ElementType::f32);
      const auto values = values_of(embedding);
      for (size_t i = 0; i < tokens.size(); ++i) {
        EXPECT_EQ(values[3 * i], static_cast<double>(i));
        EXPECT_EQ(values[3 * i + 1], -static_cast<double>(i));
        EXPECT_EQ(values[3 * i + 2], 0.25);
      }
    }
  }
}

TEST(Word2vecBinary, ManyRowsCrossBlocks) {
  const TempDir dir;
  std::vector<std::string> tokens;
  for (int i = 0; i < 2500; ++i) tokens.push_back(numbered("t", i));
  const Embedding embedding = open_embedding(dir.write("v.bin", word2vec_binary(tokens, "\n")), std::nullopt, 2);
  EXPECT_EQ(tokens_of(embedding), tokens);
  const auto values = values_of(embedding);
  for (size_t i = 0; i < tokens.size(); ++i) ASSERT_EQ(values[3 * i], static_cast<double>(i));
}

TEST(Word2vecBinary, SaysHowManyRecordsThereAre) {
  const TempDir dir;
  std::string file = word2vec_binary({"one", "two", "three"}, "\n");
  file[0] = '5';
  expect_refused<InvalidInput>(dir.write("v.bin", file), {"promises 5 vectors of 3", "only 3", "byte"});
  // Half of a download: what is there counts, not what is missing.
  expect_refused<InvalidInput>(dir.write("v.bin", "1000000" + file.substr(1, 30)), {"promises 1000000", "only 1"});
  file[0] = '2';
  expect_refused<InvalidInput>(dir.write("v.bin", file), {"promises 2 vectors of 3", "bytes follow"});
}

TEST(Word2vecBinary, RefusesAbsurdHeaders) {
  const TempDir dir;
  const struct {
    std::string header;
    std::string_view part;
  } kCases[] = {{"0 3", "line 1"},
                {"3 0", "line 1"},
                {"-1 3", "line 1"},
                {"3 -1", "line 1"},
                {"9223372036854775807 9223372036854775807", "line 1"},
                {"3 4611686018427387904", "line 1"},
                {"99999999999999999999 3", "line 1"},
                {"1000000 300", "line 1"},
                {"9223372036854775807 3", "only 1 complete"},
                {"4611686018427387904 3", "only 1 complete"}};
  for (const auto& c : kCases) {
    const auto path = dir.write("v.bin", c.header + "\na " + std::string(12, '\x01'));
    expect_refused<InvalidInput>(path, {path, c.part});
  }
}

TEST(Word2vecBinary, RefusesATokenWithoutEnd) {
  const TempDir dir;
  const auto path = dir.write("v.bin", "2 3\na " + std::string(12, '\x01') + std::string(100'000, 'x'));
  expect_refused<InvalidInput>(path, {"record 2", "no end of token"});
}

}  // namespace
}  // namespace gramian::host::test
