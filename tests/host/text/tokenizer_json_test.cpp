// Parts of tokenizer.json beside byte-level BPE, on vocabularies small enough to follow by hand.

#include <ctime>

#include "tests/host/text/sentence_piece_bytes.hpp"
#include "tests/host/text/tokens.hpp"

namespace gramian::host::test {
namespace {

std::string as_base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t three = 0;
    for (size_t i = 0; i < 3; ++i) {
      three = three << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    }
    for (size_t i = 0; i < 4; ++i) text += at + i <= bytes.size() ? kDigits[three >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

class TokenizerJson : public testing::Test {
 protected:
  std::string cut(const std::string& json, std::string_view text) const {
    return shown(*open_tokenizer(dir_.write("tokenizer.json", json)), text);
  }
  TempDir dir_;
};

TEST_F(TokenizerJson, TokensThatEndAWordOrContinueIt) {
  const std::string clip = R"({"pre_tokenizer":{"type":"WhitespaceSplit"},"model":{"type":"BPE","unk_token":"u",
      "end_of_word_suffix":"</w>","vocab":{"u":0,"t":1,"h":2,"e</w>":3,"th":4,"the</w>":5,"t</w>":6},
      "merges":["t h","th e</w>"]}})";
  EXPECT_EQ(cut(clip, "the t tht thx"), "the</w>[the]t</w>[t]th[th]t</w>[t]th[th]u[x]");
  const std::string both =
      R"({"pre_tokenizer":{"type":"WhitespaceSplit"},"model":{"type":"BPE","end_of_word_suffix":"</w>",
      "continuing_subword_prefix":"##","vocab":{"a":0,"##a":1,"##a</w>":2,"a</w>":3,"aa":4,"aaa</w>":5},
      "merges":["a ##a","aa ##a</w>"]}})";
  EXPECT_EQ(cut(both, "a aa aaa"), "a</w>[a]a[a]##a</w>[a]aaa</w>[aaa]");
}

TEST_F(TokenizerJson, PreTokenizersAfterByteLevelSeeItsCharacters) {
  const auto with = [](const std::string& more) {
    return R"({"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"ByteLevel","add_prefix_space":false})" +
           more + R"(]},"model":{"type":"BPE","vocab":{"Â":0,"²":1,"Â²":2},"merges":["Â ²"]}})";
  };
  // U+00B2 is the bytes C2 and B2, of which the second is spelled as a superscript two: a digit.
  EXPECT_EQ(cut(with(""), "²"), "Â²[²]");
  EXPECT_EQ(cut(with(R"(,{"type":"Digits"})"), "²"), "Â[\xc2]²[\xb2]");
}

TEST_F(TokenizerJson, Punctuation) {
  const auto with = [](const std::string& behavior) {
    return R"({"pre_tokenizer":{"type":"Punctuation")" + behavior +
           R"(},"model":{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"a":1,"!":2,"!!":3,"a!":4}}})";
  };
  EXPECT_EQ(cut(with(""), "a!!a"), "a[a]![!]![!]a[a]");
  EXPECT_EQ(cut(with(R"(,"behavior":"Contiguous")"), "a!!a"), "a[a]!![!!]a[a]");
  EXPECT_EQ(cut(with(R"(,"behavior":"Removed")"), "a!!a"), "a[a]a[a]");
  EXPECT_EQ(cut(with(R"(,"behavior":"MergedWithPrevious")"), "a!!a"), "a![a!]![!]a[a]");
}

TEST_F(TokenizerJson, WordsThatAreUnknownHaveTheIdOfTheUnknownToken) {
  const std::string words = R"({"pre_tokenizer":{"type":"Whitespace"},
      "model":{"type":"WordLevel","unk_token":"[UNK]","vocab":{"[UNK]":7,"the":1}}})";
  EXPECT_EQ(cut(words, "the cat, the"), "the[the][UNK][cat][UNK][,]the[the]");
  EXPECT_EQ(open_tokenizer(dir_.path("tokenizer.json"))->kind(), "WordLevel");
  EXPECT_EQ(cut(R"({"model":{"type":"WordLevel","vocab":{"the":1}}})", "cat"), "?[cat]");
}

TEST_F(TokenizerJson, PrecompiledCharsmaps) {
  const auto with = [](const std::string& charsmap) {
    return R"({"normalizer":{"type":"Precompiled","precompiled_charsmap":")" + charsmap +
           R"("},"pre_tokenizer":{"type":"WhitespaceSplit"},"model":{"type":"WordLevel","unk_token":"?",
           "vocab":{"?":0,"e":1,"xe":2}}})";
  };
  const std::string map = character_map("e ");  // of "A"
  EXPECT_EQ(cut(with(as_base64(map)), "xAA x"), "xe[xA]e[A]?[x]");
  // A cluster of less than 6 bytes that begins with a string of the table is replaced as a whole.
  EXPECT_EQ(cut(with(as_base64(map)), "A\u0301x"), "e[A\u0301]?[x]");
  const std::string path = dir_.path("tokenizer.json");
  for (const std::string& damaged : {as_base64(map.substr(0, 100)), as_base64(map) + "=", std::string("!!!!")}) {
    dir_.write("tokenizer.json", with(damaged));
    expect_no_tokenizer<InvalidInput>(path, {path, "precompiled_charsmap", "damaged"});
  }
}

TEST_F(TokenizerJson, NormalizersInTurn) {
  const auto with = [](const std::string& normalizers) {
    return R"({"normalizer":{"type":"Sequence","normalizers":[)" + normalizers +
           R"(]},"model":{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"a b":1,"e":2,"xa b":3}}})";
  };
  EXPECT_EQ(cut(with(R"({"type":"Strip"},{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "})"), " a\n\t b "),
            "a b[a\n\t b]");
  EXPECT_EQ(cut(with(R"({"type":"NFD"},{"type":"StripAccents"})"), "é"), "e[é]");
  EXPECT_EQ(
      cut(with(R"({"type":"Strip","strip_left":true,"strip_right":false},{"type":"Prepend","prepend":"x"})"), " a b"),
      "xa b[a b]");
  // Nothing is put before a text of which nothing is left.
  EXPECT_EQ(cut(with(R"({"type":"Strip"},{"type":"Prepend","prepend":"x"})"), "  "), "");
  dir_.write("tokenizer.json", with(R"({"type":"Replace","pattern":{"Regex":"x*"},"content":" "})"));
  const std::string path = dir_.path("tokenizer.json");
  expect_no_tokenizer<InvalidInput>(path, {path, "'normalizer'", "matches nothing"});
}

// A search that doubles with every letter, before each of 60 matches.
TEST_F(TokenizerJson, APatternThatTakesTooMuchIsGivenUpOnForTheWholeText) {
  const auto tokenizer = open_tokenizer(dir_.write("tokenizer.json", R"json({
    "pre_tokenizer":{"type":"Split","pattern":{"Regex":"(?:(a+)+b|a)"},"behavior":"Isolated"},
    "model":{"type":"WordLevel","unk_token":"a","vocab":{"a":0}}})json"));
  EXPECT_EQ(tokenizer->encode("aaaa").size(), 4u);
  const std::clock_t begin = std::clock();
  EXPECT_THROW(tokenizer->encode(std::string(60, 'a')), InvalidInput);
  EXPECT_LT(std::clock() - begin, 5 * CLOCKS_PER_SEC);
}

TEST_F(TokenizerJson, AddedTokensAreNoPiecesOfTheModel) {
  const std::string words = R"({"added_tokens":[{"id":3,"content":"un","single_word":true}],
      "pre_tokenizer":{"type":"BertPreTokenizer"},
      "model":{"type":"WordPiece","vocab":{"[UNK]":0,"u":1,"##n":2}}})";
  EXPECT_EQ(cut(words, "un unn"), "un[un]u[u]##n[n]##n[n]");
}

}  // namespace
}  // namespace gramian::host::test
