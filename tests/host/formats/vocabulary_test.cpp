#include "host/formats/vocabularies/json_entries.hpp"

#include <optional>
#include <utility>

#include "host/formats/files/mapped_file.hpp"
#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

using Tokens = std::vector<std::string>;

// dir/m.npy with `rows` rows of one value.
std::string matrix(const TempDir& dir, int rows) {
  return dir.write("m.npy", npy(npy_dictionary("<f4", numbered("(", rows) + ", 1)"),
                                bytes_of_all(std::vector<float>(static_cast<size_t>(rows), 1))));
}

Tokens tokens_with(const TempDir& dir, int rows, std::string_view vocabulary) {
  return tokens_of(open_embedding(matrix(dir, rows), dir.write("given", vocabulary), 1));
}

TEST(VocabularyFile, LinesAreBytes) {
  const TempDir dir;
  EXPECT_EQ(tokens_with(dir, 3, "a\nb c\n\xff\xc2\xa0\t\n"), (Tokens{"a", "b c", "\xff\xc2\xa0\t"}));
  EXPECT_EQ(tokens_with(dir, 3, "a\n\nb"), (Tokens{"a", "", "b"}));
  EXPECT_EQ(tokens_with(dir, 2, "a\r\nb\r\n"), (Tokens{"a", "b"}));
  EXPECT_EQ(tokens_with(dir, 2, "a\r\nb"), (Tokens{"a", "b"}));
  EXPECT_EQ(tokens_with(dir, 2, "a\r\nb\n"), (Tokens{"a\r", "b"}));
  EXPECT_EQ(tokens_with(dir, 2, "[PAD]\n{\n"), (Tokens{"[PAD]", "{"}));
}

TEST(VocabularyFile, JsonObject) {
  const TempDir dir;
  EXPECT_EQ(tokens_with(dir, 3, R"({"b": 1, "a": 0, "\u0120c": 2})"), (Tokens{"a", "b",
                                                                              "\xc4\xa0"
                                                                              "c"}));
  EXPECT_EQ(tokens_with(dir, 4, " \n{ \"b\": 2, \"a\": 0}"), (Tokens{"a", "<unnamed>", "b", "<unnamed>"}));
  EXPECT_EQ(tokens_with(dir, 1, R"({"model": 0})"), (Tokens{"model"}));
}

TEST(VocabularyFile, TokenizerJson) {
  const TempDir dir;
  EXPECT_EQ(tokens_with(dir, 4,
                        R"({"version":"1.0","added_tokens":[{"id":2,"content":"<s>","special":true},)"
                        R"({"id":0,"content":"a"}],"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[]}})"),
            (Tokens{"a", "b", "<s>", "<unnamed>"}));
  EXPECT_EQ(tokens_with(dir, 3, R"({"model":{"type":"Unigram","vocab":[["<pad>",0.0],["\u2581a",-2.5],["a",-3]]}})"),
            (Tokens{"<pad>",
                    "\xe2\x96\x81"
                    "a",
                    "a"}));
}

TEST(VocabularyFile, RefusesWhatDoesNotFit) {
  const TempDir dir;
  const struct {
    const char* vocabulary;
    std::string_view part, other;
  } kCases[] = {
      {"a\nb\n", "2 tokens", "3 rows"},
      {"a\nb\nc\nd\n", "4 tokens", "3 rows"},
      {R"({"a":0,"b":3})", "ids up to 3 (2 tokens)", "3 rows"},
      {R"({"a":0,"b":9223372036854775807})", "ids up to", "3 rows"},
      {R"({"a":0,"b":0})", "id 0", "both 'a' and 'b'"},
      {R"({"a":0,"a":1})", "'a' twice", ""},
      {R"({"a":-1})", "'a'", "row number"},
      {R"({"a":0.5})", "'a'", "row number"},
      {R"({"a":18446744073709551615})", "'a'", "row number"},
      {R"({"a":"b"})", "'a'", "row number"},
      {R"({"a":0)", "malformed JSON", "byte"},
      {"{\"\xff\":0}", "malformed JSON", "byte"},
      {"{}", "no tokens", ""},
      {R"({"model":{}})", "'vocab'", ""},
      {R"({"model":{"vocab":[["a"],[]]}})", "entry 1", ""},
      {R"({"model":{"vocab":{"a":0}},"added_tokens":[{"id":0,"content":"b"}]})", "both 'a' and 'b'", ""},
      {R"({"model":{"vocab":{"a":0}},"added_tokens":[{"id":1}]})", "added_tokens", ""},
      {"\xef\xbb\xbf"
       "a\nb\nc\n",
       "byte order mark", ""},
  };
  for (const auto& c : kCases) {
    const auto path = dir.write("given", c.vocabulary);
    expect_refused<InvalidInput>(matrix(dir, 3), {path, c.part, c.other}, path);
  }
  expect_refused<InvalidUsage>(matrix(dir, 3), {"gone", "no such file"}, dir.path("gone"));
  expect_refused<InvalidInput>(matrix(dir, 3), {"empty"}, dir.write("given", ""));
}

TEST(VocabularyFile, CountsAndScoresAreNoPartOfTokens) {
  const TempDir dir;
  const struct {
    const char* text;
    Tokens tokens;
  } kCases[] = {
      {"the 5611\n, 5514\nnew york 12\n", {"the", ",", "new york"}},
      {"the\t-2.5\n\xe2\x96\x81"
       "a\t-3\n\t0\t0\n",
       {"the",
        "\xe2\x96\x81"
        "a",
        "\t0"}},
      {"the 5611\n, 5514 #fairseq:overwrite\nmadeupword0000 0\n", {"the", ",", "madeupword0000"}},
  };
  for (const auto& c : kCases) {
    const Embedding embedding = open_embedding(matrix(dir, 3), dir.write("given", c.text), 1);
    EXPECT_EQ(tokens_of(embedding), c.tokens);
    ASSERT_EQ(embedding.notes.size(), 1u);
    EXPECT_NE(embedding.notes[0].find("counts or scores"), std::string::npos);
  }
  // One line without a number: all of them are tokens.
  EXPECT_EQ(tokens_with(dir, 3, "the 5\nof 4\nwindows\n"), (Tokens{"the 5", "of 4", "windows"}));
  EXPECT_EQ(tokens_with(dir, 3, "1\n2\n3\n"), (Tokens{"1", "2", "3"}));
  EXPECT_EQ(tokens_with(dir, 3, " 1\n 2\n 3\n"), (Tokens{" 1", " 2", " 3"}));
  EXPECT_EQ(tokens_with(dir, 1, "windows 95\n"), (Tokens{"windows 95"}));
}

TEST(VocabularyFile, RefusesWhatIsNoText) {
  const TempDir dir;
  using namespace std::string_literals;
  const struct {
    std::string bytes;
    std::string_view part, remedy;
  } kCases[] = {
      {"\xff\xfe"
       "a\0\n\0b\0\n\0c\0\n\0"s,
       "UTF-16", "iconv"},
      {"a\0\n\0b\0\n\0c\0\n\0"s, "UTF-16", "iconv"},
      {npy(npy_dictionary("<f4", "(3, 1)"), "\n\n\n123456789"), "npy file", "one token a line"},
      {"\x1f\x8b\x08\n\n\n"s, "gzip", "gunzip"},
      {"\x28\xb5\x2f\xfd\n\n\n"s, "zstd", "unzstd"},
      {"a\nb\0\nc\n"s, "byte 3: a NUL byte", "one token a line"},
      {"GGUF\3\0\0\0\n\n\n"s, "gguf", ""},
  };
  for (const auto& c : kCases) {
    const auto path = dir.write("given", c.bytes);
    expect_refused<InvalidInput>(matrix(dir, 3), {path, c.part, c.remedy}, path);
  }
  // Such letters may also begin a token.
  EXPECT_EQ(tokens_with(dir, 3, "GGUF\nBZh\n<html\n"), (Tokens{"GGUF", "BZh", "<html"}));
  expect_refused<InvalidUsage>(matrix(dir, 3), {"is a directory", "tokenizer.json"}, dir.path(""));
  std::filesystem::create_directory(dir.path("m.vocab.txt"));
  expect_refused<InvalidUsage>(matrix(dir, 3), {"m.vocab.txt", "is a directory"});
}

TEST(VocabularyFile, SaysWhatDoesNotFit) {
  const TempDir dir;
  const auto header = dir.write("given", "word\tcount\na\t3\nb\t2\nc\t1\n");
  expect_refused<InvalidInput>(matrix(dir, 3), {"one line more", "header row ('word\\x09count')", "columns"}, header);
  const auto wide = dir.write("t.npy", npy(npy_dictionary("<f4", "(1, 3)"), std::string(12, '1')));
  expect_refused<InvalidInput>(wide, {"3 tokens", "transposed", "a.T"}, dir.write("given", "a\nb\nc\n"));
  expect_refused<InvalidInput>(wide, {"transposed"}, dir.write("given", R"({"a":0,"b":1,"c":2})"));
}

TEST(VocabularyFile, ReplacesTheTokensOfAFileThatHasSome) {
  const TempDir dir;
  const auto path = dir.write("v.vec", "2 1\na 1\nb 2\n");
  EXPECT_EQ(tokens_of(open_embedding(path, dir.write("given", "x\ny\n"), 1)), (Tokens{"x", "y"}));
}

TEST(FoundVocabulary, ByTheNameOfTheMatrix) {
  const TempDir dir;
  const auto path = matrix(dir, 2);
  EXPECT_FALSE(open_embedding(path, std::nullopt, 1).vocabulary);
  dir.write("tokenizer.json", R"({"model":{"vocab":{"x":0,"y":1}}})");
  const auto own = dir.write("m.vocab.txt", "a\nb\n");
  const Embedding embedding = open_embedding(path, std::nullopt, 1);
  EXPECT_EQ(tokens_of(embedding), (Tokens{"a", "b"}));
  EXPECT_EQ(embedding.vocabulary_path, own);
  EXPECT_EQ(embedding.files, (Tokens{path, own}));
  dir.write("m.vocab.txt", "a\nb\nc\n");
  expect_refused<InvalidInput>(path, {own, "3 tokens", "2 rows"});
}

TEST(FoundVocabulary, GenericNamesInOrderWhenTheyFit) {
  const TempDir dir;
  const auto path = matrix(dir, 3);
  const auto tokens = [&] { return tokens_of(open_embedding(path, std::nullopt, 1)); };
  dir.write("vocab.txt", "t\nu\n");  // another count: passed over
  EXPECT_EQ(tokens(), Tokens{});
  dir.write("vocab.txt", "t\nu\nv\n");
  EXPECT_EQ(tokens(), (Tokens{"t", "u", "v"}));
  dir.write("encoder.json", R"({"e":0,"f":1})");
  EXPECT_EQ(tokens(), (Tokens{"e", "f", "<unnamed>"}));
  dir.write("vocab.json", R"({"v":0,"w":5})");  // too many
  EXPECT_EQ(tokens(), (Tokens{"e", "f", "<unnamed>"}));
  dir.write("vocab.json", R"({"v":0,"w":1,"x":2})");
  EXPECT_EQ(tokens(), (Tokens{"v", "w", "x"}));
  dir.write("tokenizer.json", R"({"model":{"type":"other"}})");  // no vocabulary
  EXPECT_EQ(tokens(), (Tokens{"v", "w", "x"}));
  dir.write("tokenizer.json", R"({"model":{"vocab":{"z":2}}})");  // names too few of the rows
  EXPECT_EQ(tokens(), (Tokens{"v", "w", "x"}));
  dir.write("tokenizer.json", R"({"model":{"vocab":{"p":0,"q":1,"r":2}}})");
  EXPECT_EQ(tokens(), (Tokens{"p", "q", "r"}));
  // Damage is not passed over in silence.
  const auto damaged = dir.write("tokenizer.json", R"({"model":{"vocab":{"p":0)");
  expect_refused<InvalidInput>(path, {damaged, "malformed JSON"});
}

TEST(FoundVocabulary, BesideShards) {
  const TempDir dir;
  dir.write("one.safetensors",
            safetensors(object({tensor_entry("wte.weight", "F32", "[2,1]", 0, 8)}), std::string(8, '\0')));
  const auto index = dir.write("model.safetensors.index.json", R"({"weight_map":{"wte.weight":"one.safetensors"}})");
  const auto own = dir.write("model.vocab.txt", "a\nb\n");
  EXPECT_EQ(open_embedding(index, std::nullopt, 1).vocabulary_path, own);
}

std::optional<std::vector<std::pair<int64_t, std::string>>> quick(const TempDir& dir, const std::string& text) {
  const auto file = MappedFile::open(dir.write("quick.json", text));
  const auto found = quick_json_entries(file->bytes());
  if (!found) return std::nullopt;
  return std::vector<std::pair<int64_t, std::string>>(found->entries.begin(), found->entries.end());
}

TEST(JsonEntries, RegularFilesAreReadQuickly) {
  const TempDir dir;
  const std::vector<std::pair<int64_t, std::string>> both = {{0, "a"},
                                                             {1,
                                                              "\xc4\xa0"
                                                              "b"}};
  for (const std::string text :
       {R"({"a":0,"\u0120b":1})",
        R"({"version":"1.0","model":{"type":"BPE","merges":["a b"],"vocab":{"a":0,"\u0120b":1}}})",
        R"({"model":{"vocab":[["a",-1.5],["\u0120b",0]]}})",
        R"({"added_tokens":[{"id":1,"content":"\u0120b"}],"model":{"vocab":{"a":0}}})"}) {
    EXPECT_EQ(quick(dir, text), both) << text;
    // Files that end with their page, just before it and just after it: what is read past the end is there.
    for (const size_t size : {4000, 4031, 4032, 4033, 4095, 4096, 4097, 8192}) {
      EXPECT_EQ(quick(dir, text + std::string(size - text.size(), ' ')), both) << size;
    }
  }
}

TEST(JsonEntries, AllElseIsLeftToWhoCanSayWhatItIs) {
  const TempDir dir;
  for (const std::string& text :
       {std::string(R"({"a":0,"a":1})"), std::string(R"({"a":0.5})"), std::string(R"({"a":-1})"),
        std::string(R"({"a":99999999999999999999})"), std::string(R"({"a":0)"), std::string(R"({"a":"b"})"),
        std::string(R"({"model":{"vocab":{"a":0},"vocab":{"a":0}}})"), std::string(R"({"model":{"vocab":{"a":[0]}}})"),
        std::string(R"({"model":{}})"), std::string(R"({"model":{"vocab":[[0,"a"]]}})"),
        std::string(R"({"added_tokens":[{"id":1,"id":2,"content":"b"}],"model":{"vocab":{"a":0}}})"),
        std::string(R"({"added_tokens":[{"content":"b"}],"model":{"vocab":{"a":0}}})"),
        std::string(R"({"added_tokens":{},"model":{"vocab":{"a":0}}})"), std::string("{\"\xff\":0}"),
        R"({"deep":)" + std::string(70, '[') + std::string(70, ']') + R"(,"model":{"vocab":{"a":0}}})"}) {
    EXPECT_FALSE(quick(dir, text)) << text;
  }
}

}  // namespace
}  // namespace gramian::host::test
