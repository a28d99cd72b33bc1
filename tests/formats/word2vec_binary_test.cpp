#include "tests/formats/files.hpp"

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
  file[0] = '2';
  expect_refused<InvalidInput>(dir.write("v.bin", file), {"promises 2 vectors of 3", "bytes follow"});
}

TEST(Word2vecBinary, RefusesAbsurdHeaders) {
  const TempDir dir;
  for (const char* header : {"0 3", "3 0", "-1 3", "3 -1", "9223372036854775807 9223372036854775807",
                             "3 4611686018427387904", "99999999999999999999 3", "1000000 300"}) {
    const auto path = dir.write("v.bin", header + std::string("\na ") + std::string(12, '\x01'));
    expect_refused<InvalidInput>(path, {path, "line 1", header});
  }
}

TEST(Word2vecBinary, RefusesATokenWithoutEnd) {
  const TempDir dir;
  const auto path = dir.write("v.bin", "2 3\na " + std::string(12, '\x01') + std::string(100'000, 'x'));
  expect_refused<InvalidInput>(path, {"record 2", "no end of token"});
}

}  // namespace
}  // namespace gramian::host::test
