#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

using namespace std::string_literals;

TEST(Open, RefusesWhatIsNoFile) {
  const TempDir dir;
  expect_refused<InvalidUsage>(dir.path("gone.npy"), {"gone.npy", "no such file"});
  expect_refused<InvalidUsage>(dir.path("gone.npy#x"), {"gone.npy", "no such file"});
  expect_refused<InvalidUsage>(dir.path(""), {"directory"});
  expect_refused<InvalidUsage>("/dev/null", {"not a regular file"});
  expect_refused<InvalidUsage>("", {"no such file"});
  expect_refused<InvalidInput>(dir.write("e.npy", ""), {"e.npy", "empty"});
  expect_refused<InvalidUsage>(dir.write("file", "x") + "/below", {"no such file"});
}

TEST(Open, NamesMayHoldHashesAndControlCharacters) {
  const TempDir dir;
  const auto path = dir.write("a#b.vec", "1 1\nx 2\n");
  EXPECT_EQ(open_embedding(path, std::nullopt, 1).path, path);
  expect_refused<InvalidUsage>(path + "#t", {"a#b.vec", "single matrix", "#t"});
  expect_refused<InvalidInput>(dir.write("a\nb.vec", "what"), {"a\\x0ab.vec"});
}

TEST(Open, ContentDecidesNotTheExtension) {
  const TempDir dir;
  const auto array = npy(npy_dictionary("<f4", "(1, 1)"), std::string(4, '\0'));
  EXPECT_EQ(open_embedding(dir.write("x.safetensors", array), std::nullopt, 1).format, "npy");
  EXPECT_EQ(open_embedding(dir.write("x.npy", "a 1 2\n"), std::nullopt, 1).format, "glove");
  EXPECT_EQ(open_embedding(dir.write("x.txt", "1 2\na \x01\x02\x80\x3f\x01\x02\x80\x3f"), std::nullopt, 1).format,
            "word2vec-binary");
  EXPECT_EQ(open_embedding(dir.write("x.bin", "1 2\na 1 2\n"), std::nullopt, 1).format, "word2vec-text");
  // Tokens that look like the start of something else.
  for (const char* token : {"{", "{\"", "GGUF", "BZh", "<html", "PAR1"}) {
    EXPECT_EQ(open_embedding(dir.write("x", token + " 1 2\n"s), std::nullopt, 1).format, "glove") << token;
  }
}

TEST(Open, SaysWhatForeignFilesAre) {
  const TempDir dir;
  const struct {
    std::string bytes;
    std::string_view part, remedy;
  } kCases[] = {
      {"FiFu\0\0\0\0"s, "finalfusion", "convert"},
      {"\x1f\x8b\x08\0"s, "gzip data is cut off", "download"},
      {"\x80\x02\x8a\x0al\xfc"s, "pickle", "np.save"},
      {"\x80\x04\x95"s, "pickle", "np.save"},
      {"PK\3\4"s, "zip", "unzip"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "Git LFS", "git lfs pull"},
      {"<!DOCTYPE html><html>", "web page", "download"},
      {"\xef\xbb\xbf"
       "2 3\n"s,
       "byte order mark", "sed"},
      {"\xff\xfe"
       "2\0"s,
       "UTF-16", "iconv"},
      {"the 0,5 0,25 1,5\nof 0,5 0,25 1,5\n", "line 1: has decimal commas ('1,5')", "decimal points"},
      {"0,5\t0,25\n1,5\t2,5\n", "decimal commas", "decimal points"},
      {"the [0.5, 0.25]\n", "brackets", "numbers alone"},
      {"1 3:0.5 7:0.25\n-1 2:1\n", "sparse", "toarray"},
      {"t\0h\0e\0 \0"
       "1\0 \0"
       "2\0\n\0"s,
       "UTF-16", "iconv -f UTF-16LE"},
      {"\0t\0h\0e\0 \0"
       "1\0 \0"
       "2\0\n"s,
       "UTF-16", "iconv -f UTF-16BE"},
      {"the 5\nof 4\n", "not a token and two or more numbers", "readable are"},
      {"hello\n", "not a token", "readable are"},
      {"\x01\x02\x03\x04"s, "\\x01\\x02\\x03\\x04", "readable are"},
  };
  for (const auto& c : kCases) {
    const auto path = dir.write("x.npy", c.bytes);
    expect_refused<InvalidInput>(path, {path, c.part, c.remedy});
  }
}

}  // namespace
}  // namespace gramian::host::test
