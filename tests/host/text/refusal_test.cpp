// Files that are no tokenizer, or half of one, are refused by name; damage of any kind never gets further.

#include "tests/host/text/tokens.hpp"

namespace gramian::host::test {
namespace {

TEST(Refusal, NothingThere) {
  const TempDir dir;
  expect_no_tokenizer<InvalidUsage>(dir.path("absent.json"), {"absent.json"});
  expect_no_tokenizer<InvalidUsage>(dir.path(""), {"no tokenizer", "tokenizer.json", "merges.txt", "SentencePiece"});
  dir.write("vocab.json", R"({"a":0})");
  expect_no_tokenizer<InvalidUsage>(dir.path(""), {"vocab.json without its merges"});
}

TEST(Refusal, HalvesThatDoNotBelongTogether) {
  const TempDir dir;
  const auto vocab = dir.write("vocab.json", R"({"a":0,"b":1})");
  expect_no_tokenizer<InvalidInput>(vocab, {vocab, "merges.txt"});
  dir.write("merges.txt", "#version: 0.2\na b\n");
  expect_no_tokenizer<InvalidInput>(vocab, {"merges.txt", "line 2", "'ab'", "not in the vocabulary"});
  dir.write("merges.txt", "a b c\n");
  expect_no_tokenizer<InvalidInput>(vocab, {"merges.txt", "line 1", "two symbols"});
}

TEST(Refusal, OtherFiles) {
  const TempDir dir;
  const auto words = dir.write("words.txt", "the\nof\n");
  expect_no_tokenizer<InvalidInput>(words, {words, "[UNK]"});
  const auto binary = dir.write("binary", std::string("\x7f"
                                                      "ELF\0\0",
                                                      6));
  expect_no_tokenizer<InvalidInput>(binary, {binary, "no tokenizer"});
  expect_no_tokenizer<InvalidInput>(dir.write("empty", ""), {"empty"});
  const auto far = dir.write("tokenizer.json", R"({"model":{"type":"WordPiece","vocab":{"[UNK]":0,"a":2000000000}}})");
  expect_no_tokenizer<InvalidInput>(far, {far, "2000000000", "far beyond"});
  const auto twice = dir.write("tokenizer.json", R"({"model":{"type":"WordPiece","vocab":{"[UNK]":0,"a":0}}})");
  expect_no_tokenizer<InvalidInput>(twice, {twice, "id 0", "both"});
}

// ICU tries 2^60 ways to match nothing with the first; a step of the second copies a place for each of 1,500 loops.
TEST(Refusal, PatternsWithoutEnd) {
  const TempDir dir;
  const auto file = [&](const std::string& pattern) {
    return dir.write("tokenizer.json",
                     R"({"normalizer":{"type":"Replace","pattern":{"Regex":")" + pattern +
                         R"("},"content":""},"model":{"type":"WordPiece","unk_token":"a","vocab":{"a":0}}})");
  };
  expect_no_tokenizer<InvalidInput>(file("(?:|){60}(?=x)"), {"too much time"});
  std::string loops;
  for (int i = 0; i < 1500; ++i) loops += ".*";
  expect_error<InvalidInput>("", {"too much time"},
                             [&] { open_tokenizer(file(loops + "c"))->encode(std::string(2000, 'a')); });
  for (int i = 0; i < 3000; ++i) loops += ".*";
  expect_no_tokenizer<InvalidInput>(file(loops), {"a pattern of 9000 bytes", "8192"});
}

// A tokenizer is used as soon as it opens, so what is accepted has to work.
void try_open(const std::string& path) {
  try {
    const auto tokenizer = open_tokenizer(path);
    shown(*tokenizer, "The unaffable <x> naïve\xff 123 don't");
  } catch (const InvalidInput& error) {
    EXPECT_EQ(std::string_view(error.what()).find('\n'), std::string_view::npos) << error.what();
  }
}

TEST(Refusal, NoPrefixAndNoByteBreaksTheReaders) {
  const TempDir dir;
  const std::vector<std::pair<std::string, std::string>> samples = {
      {"tokenizer.json", R"({"added_tokens":[{"id":9,"content":"<x>","lstrip":true}],"normalizer":{"type":"NFC"},
          "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\w+"},"behavior":"Isolated"},
          {"type":"ByteLevel","use_regex":true}]},"model":{"type":"BPE","unk_token":"a","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}})"},
      {"tokenizer.json", R"({"normalizer":{"type":"BertNormalizer"},"pre_tokenizer":{"type":"BertPreTokenizer"},
          "model":{"type":"WordPiece","unk_token":"[UNK]","max_input_chars_per_word":9,"vocab":{"[UNK]":0,"un":1,"##a":2}}})"},
      {"tokenizer.json",
       R"({"pre_tokenizer":{"type":"Metaspace"},"model":{"type":"Unigram","unk_id":0,"byte_fallback":true,
          "vocab":[["<unk>",0],["▁the",-1.5],["e",-2]]}})"},
      {"vocab.txt", "[UNK]\nun\n##a\nthe\n"}};
  for (const auto& [name, whole] : samples) {
    for (size_t i = 0; i < whole.size(); ++i) {
      try_open(dir.write(name, whole.substr(0, i)));
      for (const int value : {0, 0xff, whole[i] ^ 1, int{' '}, int{'"'}, int{'9'}, int{'['}, int{'}'}}) {
        std::string bytes = whole;
        bytes[i] = static_cast<char>(value);
        try_open(dir.write(name, bytes));
      }
    }
  }
}

}  // namespace
}  // namespace gramian::host::test
