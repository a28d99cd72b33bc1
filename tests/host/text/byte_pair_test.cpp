// GPT-2's byte-level BPE, and tokenizer.json around it, on a vocabulary small enough to follow by hand.

#include <chrono>

#include "tests/host/text/tokens.hpp"

namespace gramian::host::test {
namespace {

const std::string kMerges = "#version: 0.2\nh e\nl l\nhe ll\nhell o\n\u0120 w\na b\nb c\na a\naa aa\n";

/// The 256 bytes, what kMerges makes, and one that nothing makes.
std::string vocabulary() {
  std::string json = "{";
  int id = 0;
  const auto add = [&](const std::string& token) {
    const std::string escaped = token == "\"" || token == "\\" ? "\\" + token : token;
    json += (id == 0 ? "\"" : ",\"") + escaped + "\":" + std::to_string(id);
    ++id;
  };
  int beyond = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte != 0xad);
    const int code = printable ? byte : beyond++;
    std::string symbol;
    if (code < 0x80) {
      symbol += static_cast<char>(code);
    } else {
      symbol += static_cast<char>(0xc0 | code >> 6);
      symbol += static_cast<char>(0x80 | (code & 0x3f));
    }
    add(symbol);
  }
  for (const char* token : {"he", "ll", "hell", "hello", "\u0120w", "ab", "bc", "aa", "aaaa", "<|endoftext|>"})
    add(token);
  return json + "}";
}

class BytePair : public testing::Test {
 protected:
  void SetUp() override {
    dir_.write("gpt2/vocab.json", vocabulary());
    dir_.write("gpt2/merges.txt", kMerges);
  }
  std::unique_ptr<Tokenizer> two_files() const { return open_tokenizer(dir_.path("gpt2")); }
  /// With `fields` before the model.
  std::unique_ptr<Tokenizer> one_file(const std::string& fields, const std::string& model = "") const {
    std::string merges;
    for (const char* merge : {"h e", "l l", "he ll", "hell o", "\u0120 w", "a b", "b c", "a a", "aa aa"}) {
      merges += (merges.empty() ? "\"" : ",\"") + std::string(merge) + "\"";
    }
    return open_tokenizer(dir_.write("tokenizer.json", "{" + fields + R"("model":{"type":"BPE",)" + model +
                                                           R"("vocab":)" + vocabulary() + R"(,"merges":[)" + merges +
                                                           "]}}"));
  }
  TempDir dir_;
};

const std::string kByteLevel = R"("pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},)";

TEST_F(BytePair, EarlierMergesFirstThenTheLeftmost) {
  const auto tokenizer = two_files();
  EXPECT_EQ(tokenizer->kind(), "GPT-2 byte-level BPE");
  EXPECT_EQ(tokenizer->size(), 266);
  EXPECT_EQ(shown(*tokenizer, "hello"), "hello[hello]");
  EXPECT_EQ(shown(*tokenizer, "abc"), "ab[ab]c[c]");
  EXPECT_EQ(shown(*tokenizer, "aaaaaaa"), "aaaa[aaaa]aa[aa]a[a]");
  EXPECT_EQ(shown(*tokenizer, ""), "");
}

TEST_F(BytePair, SpacesBelongToTheWordAfterThem) {
  const auto tokenizer = two_files();
  EXPECT_EQ(shown(*tokenizer, "hello  w"), "hello[hello]\u0120[ ]\u0120w[ w]");
  EXPECT_EQ(shown(*tokenizer, "a'sb'x"), "a[a]'[']s[s]b[b]'[']x[x]");
  EXPECT_EQ(shown(*tokenizer, "a \n "), "a[a]\u0120[ ]\u010a[\n]\u0120[ ]");
}

TEST_F(BytePair, WhatNoMergeMakesIsMatchedWhole) {
  const auto tokenizer = two_files();
  EXPECT_EQ(shown(*tokenizer, "a<|endoftext|>a"), "a[a]<|endoftext|>[<|endoftext|>]a[a]");
}

TEST_F(BytePair, EveryByteOfACharacterIsItsOwn) {
  const auto tokens = two_files()->encode("é");
  ASSERT_EQ(tokens.size(), 2u);
  EXPECT_EQ(std::pair(tokens[0].begin, tokens[0].end), std::pair(int64_t{0}, int64_t{1}));
  EXPECT_EQ(std::pair(tokens[1].begin, tokens[1].end), std::pair(int64_t{1}, int64_t{2}));
}

TEST_F(BytePair, DamagedBytesAreReadAsReplacementCharacters) {
  const auto tokenizer = two_files();
  const auto damaged = tokenizer->encode(
      "a\xff"
      "b");
  const auto replaced = tokenizer->encode("a\uFFFDb");
  ASSERT_EQ(damaged.size(), 5u);
  for (size_t i = 0; i < damaged.size(); ++i) EXPECT_EQ(damaged[i].id, replaced[i].id);
  EXPECT_EQ(damaged[1].end, 2);
  EXPECT_EQ(damaged[3].begin, 2);
  EXPECT_EQ(damaged[4].begin, 2);
  EXPECT_EQ(damaged[4].end, 3);
}

TEST_F(BytePair, LongRunsTakeTimeThatGrowsWithThem) {
  // 4 MB of one letter is one word; a quadratic way would take hours.
  const auto tokenizer = two_files();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(tokenizer->encode(std::string(4'000'000, 'a')).size(), 1'000'000u);
  EXPECT_EQ(tokenizer->encode(std::string(4'000'000, ' ')).size(), 4'000'000u);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST_F(BytePair, TokenizerJsonSaysTheSame) {
  const auto tokenizer = one_file(kByteLevel);
  EXPECT_EQ(shown(*tokenizer, "hello w"), shown(*two_files(), "hello w"));
  EXPECT_EQ(shown(*one_file(R"("pre_tokenizer":{"type":"ByteLevel"},)"), "w"), "\u0120w[w]");
}

TEST_F(BytePair, AddedTokens) {
  const auto tokenizer = one_file(kByteLevel + R"("added_tokens":[
      {"id":300,"content":"<m>","lstrip":true,"rstrip":true,"normalized":false,"special":true},
      {"id":301,"content":"<m>x","normalized":false},
      {"id":302,"content":"word","single_word":true}],)");
  EXPECT_EQ(tokenizer->size(), 303);
  EXPECT_EQ(shown(*tokenizer, "a <m> b"), "a[a]<m>[ <m> ]b[b]");
  EXPECT_EQ(shown(*tokenizer, "a<m>xb"), "a[a]<m>x[<m>x]b[b]");
  EXPECT_EQ(shown(*tokenizer, "word,"), "word[word],[,]");
  EXPECT_EQ(shown(*tokenizer, "word1").find("word["), std::string::npos);
}

TEST_F(BytePair, SplitByPattern) {
  const auto tokenizer = one_file(R"("pre_tokenizer":{"type":"Sequence","pretokenizers":[
      {"type":"Split","pattern":{"Regex":"hel|[^h]+"},"behavior":"Isolated","invert":false},
      {"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]},)");
  EXPECT_EQ(shown(*tokenizer, "helloab"), "he[he]l[l]l[l]o[o]ab[ab]");
}

TEST_F(BytePair, WholeWordsWhereMergesAreIgnored) {
  EXPECT_EQ(shown(*one_file(kByteLevel, R"("ignore_merges":true,)"), "bc"), "bc[bc]");
  EXPECT_EQ(shown(*one_file(kByteLevel, R"("ignore_merges":true,)"), "abc"), "ab[ab]c[c]");
}

TEST_F(BytePair, WhatIsNotSupportedIsNamed) {
  const std::string path = dir_.path("tokenizer.json");
  EXPECT_THROW(one_file(R"("normalizer":{"type":"Nmt"},)"), InvalidInput);
  expect_no_tokenizer<InvalidInput>(path, {path, "'normalizer'", "'Nmt'", "NFC"});
  EXPECT_THROW(one_file(R"("pre_tokenizer":{"type":"UnicodeScripts"},)"), InvalidInput);
  expect_no_tokenizer<InvalidInput>(path, {path, "'pre_tokenizer'", "'UnicodeScripts'", "ByteLevel"});
  EXPECT_THROW(one_file("", R"("dropout":0.1,)"), InvalidInput);
  expect_no_tokenizer<InvalidInput>(path, {path, "'model'", "dropout"});
  EXPECT_THROW(one_file(R"("pre_tokenizer":{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"},)"),
               InvalidInput);
  expect_no_tokenizer<InvalidInput>(path, {path, "'('"});
}

}  // namespace
}  // namespace gramian::host::test
