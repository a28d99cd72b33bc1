#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "engine/error.hpp"
#include "host/text/spelling.hpp"
#include "host/text/unicode.hpp"
#include "host/text/vocabulary_join.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::host {
namespace {

Vocabulary vocabulary(std::initializer_list<std::string_view> tokens) {
  Vocabulary result;
  for (const std::string_view token : tokens) result.push_back(token);
  return result;
}

/// "king:0-2 queen:1-0"
std::string text(const VocabularyJoin& join) {
  std::string result;
  for (const JoinedItem& item : join.items) {
    if (!result.empty()) result += " ";
    result.append(item.token).append(":").append(std::to_string(item.first));
    result.append("-").append(std::to_string(item.second));
  }
  return result;
}

/// Rows of both sides are accounted for, each once.
void expect_balanced(const VocabularyJoin& join, int64_t first_rows, int64_t second_rows) {
  const int64_t shared = std::ssize(join.items) + join.filtered_length + join.filtered_alpha + join.filtered_excluded +
                         join.filtered_tokens + join.beyond_limit;
  const auto lost = [](const LostTokens& side) {
    return side.unnamed + side.continuation_pieces + side.duplicates + side.only_here;
  };
  EXPECT_EQ(lost(join.first) + shared, first_rows);
  EXPECT_EQ(lost(join.second) + shared, second_rows);
}

TEST(Join, ExactComparesRawStringsInRowOrderOfTheFirst) {
  const auto join = join_vocabularies(vocabulary({"king", "Ġqueen", "x"}), vocabulary({"Ġqueen", "queen", "king"}), {});
  EXPECT_EQ(text(join), "king:0-2 Ġqueen:1-0");
  EXPECT_EQ(join.first.only_here, 1);
  EXPECT_EQ(join.second.only_here, 1);
  expect_balanced(join, 3, 3);
}

TEST(Join, ExactKeepsTheFirstOfRepeatedTokens) {
  const auto join = join_vocabularies(vocabulary({"a", "b", "a"}), vocabulary({"b", "a", "b", "b"}), {});
  EXPECT_EQ(text(join), "a:0-1 b:1-0");
  EXPECT_EQ(join.first.duplicates, 1);
  EXPECT_EQ(join.second.duplicates, 2);
  expect_balanced(join, 3, 4);
}

TEST(Join, WordPairsAllFormsOfABeginning) {
  const Vocabulary bpe = vocabulary({"Ġking", "king", "Ġqueen", "Ġ"});
  const Vocabulary piece = vocabulary({"▁queen", "en", "▁king", "<s>"});
  const Vocabulary plain = vocabulary({"queen", "king", "Ġorġ"});
  JoinSettings settings{.by = JoinBy::word};
  auto join = join_vocabularies(bpe, piece, settings);
  EXPECT_EQ(text(join), "king:0-2 queen:2-0");
  EXPECT_EQ(join.first.continuation_pieces, 2);   // king without Ġ continues a word; Ġ alone is none
  EXPECT_EQ(join.second.continuation_pieces, 2);  // en, <s>
  expect_balanced(join, 4, 4);
  join = join_vocabularies(bpe, vocabulary({"queen", "king", "x"}), settings);
  EXPECT_EQ(text(join), "king:0-1 queen:2-0");
  expect_balanced(join, 4, 3);
}

TEST(Join, WordPieceContinuationsMatchNothing) {
  JoinSettings settings{.by = JoinBy::word};
  const auto join = join_vocabularies(vocabulary({"##ing", "sing", "##", "###"}),
                                      vocabulary({"##ing", "ing", "sing", "##", "###"}), settings);
  EXPECT_EQ(text(join), "sing:1-2 ##:2-3 ###:3-4");
  EXPECT_EQ(join.first.continuation_pieces, 1);
  EXPECT_EQ(join.second.continuation_pieces, 1);
  expect_balanced(join, 4, 5);
}

TEST(Join, OneMarkedTokenInAThousandMarksNothing) {
  Vocabulary maltese;
  for (int k = 0; k < 999; ++k) maltese.push_back("w" + std::to_string(k));
  maltese.push_back("Ġorġ");
  EXPECT_EQ(WordForms(maltese).word("w1"), "w1");
  EXPECT_EQ(WordForms(maltese).word("Ġorġ"), "Ġorġ");
}

TEST(Join, ByteLevelCharactersBecomeTheirBytes) {
  const auto join =
      join_vocabularies(vocabulary({"ĠcafÃ©", "Ġcat"}), vocabulary({"café", "cat"}), {.by = JoinBy::word});
  EXPECT_EQ(text(join), "café:0-0 cat:1-1");
}

TEST(Join, WordsOfOneVocabularyThatBecomeTheSameKeepTheFirst) {
  const auto join = join_vocabularies(vocabulary({"Ġking", "▁king", "▁queen", "Ġx"}), vocabulary({"king", "queen"}),
                                      {.by = JoinBy::word});
  EXPECT_EQ(text(join), "king:0-0 queen:2-1");
  EXPECT_EQ(join.first.duplicates, 1);
  expect_balanced(join, 4, 2);
}

TEST(Join, CasefoldIsUnicodes) {
  JoinSettings settings{.casefold = true};
  const auto join = join_vocabularies(vocabulary({"King", "STRASSE", "ÉCOLE", "king"}),
                                      vocabulary({"straße", "école", "KING"}), settings);
  EXPECT_EQ(text(join), "King:0-2 STRASSE:1-0 ÉCOLE:2-1");
  EXPECT_EQ(join.first.duplicates, 1);
  EXPECT_EQ(case_folded("\xff"
                        "A\xc3"),
            "\xff"
            "A\xc3");
  EXPECT_EQ(case_folded("ΌΔΟΣ"), case_folded("όδος"));
}

TEST(Join, FiltersCountWhatTheyTake) {
  const Vocabulary both = vocabulary({"katzen", "größer", "abc123", "Ġhunde", "vögel", "abcdef", "ghijkl"});
  JoinSettings settings{.length = 6, .alpha = true, .limit = 2};
  settings.tokens = {"katzen", "größer", "hunde", "abcdef"};
  const auto join = join_vocabularies(both, both, settings);
  EXPECT_EQ(text(join), "katzen:0-0 größer:1-1");
  EXPECT_EQ(join.filtered_length, 1);  // vögel
  EXPECT_EQ(join.filtered_alpha, 1);   // abc123; Ġ is a letter
  EXPECT_EQ(join.filtered_tokens, 1);  // ghijkl; hunde asks for Ġhunde too
  EXPECT_EQ(join.beyond_limit, 2);
  expect_balanced(join, 7, 7);
}

TEST(Join, RowsWithoutATokenTakeNoPart) {
  Vocabulary padded = vocabulary({"a", "b"});
  padded.push_back_unnamed();
  const auto join = join_vocabularies(padded, vocabulary({"b", "a"}), {});
  EXPECT_EQ(text(join), "a:0-1 b:1-0");
  EXPECT_EQ(join.first.unnamed, 1);
  expect_balanced(join, 3, 2);
}

TEST(Join, RowsPairsByNumber) {
  const Vocabulary names = vocabulary({"x", "y", "y"});
  EXPECT_EQ(text(join_rows(3, 3, nullptr, &names, {.by = JoinBy::rows})), "x:0-0 y:1-1 y:2-2");
  EXPECT_THROW(join_rows(3, 4, nullptr, nullptr, {.by = JoinBy::rows}), InvalidInput);
}

TEST(Join, EmptyVocabulariesShareNothing) { EXPECT_TRUE(join_vocabularies({}, {}, {}).items.empty()); }

TEST(Join, TsvEscapesWhatWouldBreakIt) {
  EXPECT_EQ(join_as_tsv({{"a\tb\\\n\r", 1, 2}}), "token\trow1\trow2\na\\tb\\\\n\\r\t1\t2\n");
}

TEST(Spelling, FindsBeginningsOfWords) {
  const Vocabulary tokens = vocabulary({"Ġcat", "▁dog", "cow", "Ġcow"});
  EXPECT_EQ(find_token(tokens, "cat"), 0);
  EXPECT_EQ(find_token(tokens, "dog"), 1);
  EXPECT_EQ(find_token(tokens, "cow"), 2);
  EXPECT_EQ(find_token(tokens, "bee"), std::nullopt);
}

TEST(Spelling, NearestFirstThenRowOrder) {
  const Vocabulary tokens = vocabulary({"banana", "Ġbandana", "cabana", "Banan", "xyz"});
  EXPECT_EQ(nearest_spellings(tokens, "bananna", 3), (std::vector<std::string>{"banana", "Ġbandana", "Banan"}));
  EXPECT_TRUE(nearest_spellings(tokens, "q", 3).empty());
}

TEST(Spelling, ATranspositionIsOneEdit) {
  const Vocabulary tokens = vocabulary({"kernel", "krenol", "colonel"});
  // "krenel" is "kernel" with two neighbours transposed, and "krenol" with one letter replaced: the lower row comes
  // first.
  EXPECT_EQ(nearest_spellings(tokens, "krenel", 2), (std::vector<std::string>{"kernel", "krenol"}));
  // Three transpositions are too many for six letters, two are not.
  EXPECT_EQ(nearest_spellings(tokens, "ekrnle", 1), (std::vector<std::string>{"kernel"}));
  EXPECT_TRUE(nearest_spellings(vocabulary({"abcdef"}), "badcfe", 1).empty());
  EXPECT_EQ(nearest_spellings(vocabulary({"äöx"}), "öäx", 1), (std::vector<std::string>{"äöx"}));
  EXPECT_EQ(nearest_spellings(vocabulary({"b"}), "ab", 1), (std::vector<std::string>{"b"}));
}

TEST(Spelling, AccentsComposedAndDecomposedAreTheSame) {
  const Vocabulary tokens = vocabulary({"cafes", "cafe\u0301", "na\u00efve"});
  EXPECT_FALSE(find_token(tokens, "caf\u00e9"));
  EXPECT_EQ(nearest_spellings(tokens, "caf\u00e9", 1), (std::vector<std::string>{"cafe\u0301"}));
  EXPECT_EQ(nearest_spellings(tokens, "NAI\u0308VE", 1), (std::vector<std::string>{"na\u00efve"}));
}

TEST(Unicode, Composed) {
  EXPECT_EQ(composed("cafe\u0301"), "caf\u00e9");
  EXPECT_EQ(composed("caf\u00e9"), "caf\u00e9");
  EXPECT_EQ(composed("\u1112\u1161\u11ab"), "\ud55c");
  EXPECT_EQ(composed("\U0001d15e"), "\U0001d157\U0001d165");  // one becomes two
  EXPECT_EQ(composed("e\u0301\xff"), "e\u0301\xff");
  EXPECT_EQ(composed(""), "");
}

TEST(Unicode, CountsAndMeasures) {
  EXPECT_EQ(code_points("größer"), 6);
  EXPECT_EQ(code_points("\xff\xfe"), 2);
  EXPECT_EQ(display_width("日本"), 4);
  EXPECT_EQ(display_width("e\u0301"), 1);
  EXPECT_TRUE(letters_only("größer"));
  EXPECT_FALSE(letters_only(""));
  EXPECT_FALSE(letters_only("a1"));
  EXPECT_FALSE(letters_only("\xff"));
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));  // a surrogate
  EXPECT_FALSE(is_utf8("\xc0\xaf"));      // overlong
}

}  // namespace
}  // namespace gramian::host
