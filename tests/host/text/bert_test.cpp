// WordPiece, from vocab.txt and from tokenizer.json.

#include "tests/host/text/tokens.hpp"

namespace gramian::host::test {
namespace {

const std::string kUncased = "[PAD]\n[UNK]\n[CLS]\nun\n##aff\n##able\na\n##f\ncafe\n,\n天\n地\n##天\nuna\n!\n[MASK]\n";

TEST(Wordpiece, LongestTokenFirst) {
  const TempDir dir;
  const auto tokenizer = open_tokenizer(dir.write("vocab.txt", kUncased));
  EXPECT_EQ(tokenizer->kind(), "WordPiece, uncased");
  EXPECT_EQ(shown(*tokenizer, "unaffable"), "una[una]##f[f]##f[f]##able[able]");
  EXPECT_EQ(shown(*tokenizer, "unaffables"), "[UNK][unaffables]");
  EXPECT_EQ(shown(*tokenizer, "un aff unable"), "un[un]a[a]##f[f]##f[f][UNK][unable]");
  EXPECT_EQ(shown(*tokenizer, ""), "");
}

TEST(Wordpiece, CaseAccentsIdeographsAndControls) {
  const TempDir dir;
  const auto tokenizer = open_tokenizer(dir.write("vocab.txt", kUncased));
  EXPECT_EQ(shown(*tokenizer, "CAFÉ,Cafe\u0301!"), "cafe[CAFÉ],[,]cafe[Cafe]![!]");
  EXPECT_EQ(shown(*tokenizer, "天地"), "天[天]地[地]");
  EXPECT_EQ(shown(*tokenizer, "c\u200baf\u0007e"), "cafe[c\u200baf\u0007e]");
  EXPECT_EQ(shown(*tokenizer, "un[MASK]un"), "un[un][MASK][[MASK]]un[un]");
}

TEST(Wordpiece, WordsOfMoreThanAHundredCharactersAreUnknown) {
  const TempDir dir;
  const auto tokenizer = open_tokenizer(dir.write("vocab.txt", kUncased));
  EXPECT_EQ(tokenizer->encode("a" + std::string(99, 'f')).size(), 100u);
  EXPECT_EQ(tokenizer->encode("a" + std::string(100, 'f')).size(), 1u);
}

TEST(Wordpiece, ACapitalInTheVocabularyKeepsCase) {
  const TempDir dir;
  const auto cased = open_tokenizer(dir.write("vocab.txt", kUncased + "Caf\n##é\n"));
  EXPECT_EQ(cased->kind(), "WordPiece, cased");
  EXPECT_EQ(shown(*cased, "Café CAFE"), "Caf[Caf]##é[é][UNK][CAFE]");
  dir.write("tokenizer_config.json", R"({"do_lower_case":true})");
  EXPECT_EQ(shown(*open_tokenizer(dir.path("vocab.txt")), "Café CAFE"), "cafe[Café]cafe[CAFE]");
}

TEST(Wordpiece, LinesMayEndAsOnWindows) {
  const TempDir dir;
  EXPECT_EQ(shown(*open_tokenizer(dir.write("vocab.txt", "[UNK]\r\nun\r\n##a\r\n")), "una"), "un[un]##a[a]");
}

TEST(Wordpiece, TokenizerJson) {
  const TempDir dir;
  const auto tokenizer = open_tokenizer(dir.write("tokenizer.json", R"({
      "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":null,"lowercase":true},
      "pre_tokenizer":{"type":"BertPreTokenizer"},
      "model":{"type":"WordPiece","unk_token":"?","continuing_subword_prefix":"@","max_input_chars_per_word":4,
               "vocab":{"?":0,"ab":1,"@c":2,"天":3}}})"));
  EXPECT_EQ(shown(*tokenizer, "ABC abccc 天天"), "ab[AB]@c[C]?[abccc]?[天天]");
}

}  // namespace
}  // namespace gramian::host::test
