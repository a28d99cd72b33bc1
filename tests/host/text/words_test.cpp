// Words of GloVe and word2vec.

#include "tests/host/text/tokens.hpp"

namespace gramian::host::test {
namespace {

Vocabulary of(std::initializer_list<std::string_view> tokens) {
  Vocabulary vocabulary;
  for (const std::string_view token : tokens) vocabulary.push_back(token);
  return vocabulary;
}

TEST(Words, PunctuationApart) {
  const Vocabulary vocabulary = of({"hello", "world", ",", ".", "...", "\"", "3.14", "1,000"});
  const auto tokenizer = word_tokenizer(vocabulary);
  EXPECT_EQ(tokenizer->kind(), "words, lower-cased");
  EXPECT_EQ(shown(*tokenizer, "\"Hello,  WORLD...\" ."), "\"[\"]hello[Hello],[,]world[WORLD]...[...]\"[\"].[.]");
  EXPECT_EQ(shown(*tokenizer, "3.14, 1,000. 2.5"), "3.14[3.14],[,]1,000[1,000].[.]?[2.5]");
  EXPECT_EQ(shown(*tokenizer, ""), "");
}

TEST(Words, UnknownWordsKeepTheirBytes) {
  const Vocabulary vocabulary = of({"a"});
  EXPECT_EQ(shown(*word_tokenizer(vocabulary), "a xyz a\xff"), "a[a]?[xyz]a[a]?[\xff]");
}

TEST(Words, ContractionsAsTheVocabularyHasThem) {
  const Vocabulary treebank = of({"do", "n't", "cat", "'s", "we", "'ll", "won"});
  EXPECT_EQ(shown(*word_tokenizer(treebank), "Don't cat's we'll"), "do[Do]n't[n't]cat[cat]'s['s]we[we]'ll['ll]");
  EXPECT_EQ(shown(*word_tokenizer(treebank), "don\u2019t"), "do[do]n't[n\u2019t]");
  const Vocabulary whole = of({"do", "don't", "cat"});
  EXPECT_EQ(shown(*word_tokenizer(whole), "Don't can't cat's"), "don't[Don't]?[can't]cat[cat]?['s]");
}

TEST(Words, TheLongestThatTheVocabularyHas) {
  const Vocabulary vocabulary = of({"well", "known", "-", "well-known", "u.s.", ":)", "中", "中文"});
  const auto tokenizer = word_tokenizer(vocabulary);
  EXPECT_EQ(shown(*tokenizer, "well-known known-well"), "well-known[well-known]known[known]-[-]well[well]");
  EXPECT_EQ(shown(*tokenizer, "U.S. (well-known) :)!"), "u.s.[U.S.]?[(]well-known[well-known]?[)]:)[:)]?[!]");
  EXPECT_EQ(shown(*tokenizer, "中文中"), "中文[中文]中[中]");
}

TEST(Words, CaseIsKeptWhereTheVocabularyHasCapitals) {
  const Vocabulary vocabulary = of({"Paris", "paris"});
  EXPECT_EQ(word_tokenizer(vocabulary)->kind(), "words");
  EXPECT_EQ(shown(*word_tokenizer(vocabulary), "Paris paris PARIS"), "Paris[Paris]paris[paris]?[PARIS]");
}

TEST(Words, ACapitalOfMathematicsIsNoCapital) {
  const Vocabulary vocabulary = of({"a", "\U0001D518"});
  EXPECT_EQ(shown(*word_tokenizer(vocabulary), "A \U0001D518"), "a[A]\U0001D518[\U0001D518]");
}

TEST(Words, SymbolsWithWhatModifiesThem) {
  const Vocabulary vocabulary = of({"👍", "👩\u200d🚀"});
  EXPECT_EQ(shown(*word_tokenizer(vocabulary), "👍👩\u200d🚀🇩🇪👍🏽"),
            "👍[👍]👩\u200d🚀[👩\u200d🚀]?[🇩🇪]?[👍🏽]");
}

}  // namespace
}  // namespace gramian::host::test
