// Word arithmetic as it is typed, and token ids as they are filed.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/error.hpp"
#include "host/text/token_ids.hpp"
#include "host/text/word_expression.hpp"

namespace gramian::host {
namespace {

using Words = std::vector<WeightedWord>;

TEST(WordExpression, Parses) {
  EXPECT_EQ(parse_word_expression("king - man + woman"), (Words{{"king", 1}, {"man", -1}, {"woman", 1}}));
  EXPECT_EQ(parse_word_expression("  king  "), (Words{{"king", 1}}));
  EXPECT_EQ(parse_word_expression("-man"), (Words{{"man", -1}}));
  EXPECT_EQ(parse_word_expression("- man + king"), (Words{{"man", -1}, {"king", 1}}));
  EXPECT_EQ(parse_word_expression("2 king - 0.5*queen + 1e-1 * x"), (Words{{"king", 2}, {"queen", -0.5}, {"x", 0.1}}));
  // Words may hold signs, and be numbers.
  EXPECT_EQ(parse_word_expression("well-known + c++ - +1"), (Words{{"well-known", 1}, {"c++", 1}, {"+1", -1}}));
  EXPECT_EQ(parse_word_expression("2 - 1"), (Words{{"2", 1}, {"1", -1}}));
  EXPECT_EQ(parse_word_expression("2 2"), (Words{{"2", 2}}));
  EXPECT_EQ(parse_word_expression("3rd + 2x"), (Words{{"3rd", 1}, {"2x", 1}}));
  EXPECT_EQ(parse_word_expression("\"New York\" - '+' + 2*'it\\'s'"), (Words{{"New York", 1}, {"+", -1}, {"it's", 2}}));
}

TEST(WordExpression, NamesThePlaceOfAMistake) {
  const auto message = [](const std::string& text) -> std::string {
    try {
      parse_word_expression(text);
    } catch (const InvalidUsage& error) {
      return error.what();
    }
    return "not refused";
  };
  for (const char* text : {"", "  ", "king +", "+", "king + + man", "king - - man"}) {
    EXPECT_NE(message(text).find("a word is missing"), std::string::npos) << text;
  }
  EXPECT_NE(message("king man").find("at character 6: + or -"), std::string::npos);
  EXPECT_NE(message("king +man").find("at character 6"), std::string::npos);
  EXPECT_NE(message("a - \"b").find("at character 5: a quote is not closed"), std::string::npos);
  EXPECT_NE(message("'a'b").find("a space must follow"), std::string::npos);
  EXPECT_NE(message("''").find("a word is empty"), std::string::npos);
  EXPECT_NE(message("2*").find("a word must follow *"), std::string::npos);
}

class TokenIds : public ::testing::Test {
 protected:
  TokenIds() {
    for (const char* token : {"The", "\u0120cat", "s", "##ing", "\u2581dog", "go", "\u00c3\u00a9"})
      words_.push_back(token);
    words_.push_back_unnamed();
  }
  std::vector<TextToken> read(const std::string& ids, const std::string& text) const {
    return read_token_ids("ids.txt", ids, text, 8, &words_);
  }
  std::string refusal(const std::string& ids, const std::string& text) const {
    try {
      read(ids, text);
    } catch (const InvalidInput& error) {
      return error.what();
    }
    return "not refused";
  }
  Vocabulary words_;
};

TEST_F(TokenIds, RangesAreTakenAsTheyAre) {
  EXPECT_EQ(read("0\t0\t3\n-1\t3\t7\r\n\n5\t7\t9\n", "The cat s"),
            (std::vector<TextToken>{{0, 0, 3}, {-1, 3, 7}, {5, 7, 9}}));
}

TEST_F(TokenIds, IdsAloneAreLaidAlongTheText) {
  const std::vector<TextToken> expected = {{0, 0, 3}, {1, 3, 7}, {2, 7, 8}, {4, 9, 13}, {5, 14, 16}, {3, 16, 19}};
  EXPECT_EQ(read("[0, 1, 2, 4, 5, 3]", "The cats\n dog going"), expected);
  EXPECT_EQ(read("0\n1\n2\n4\n5\n3\n", "The cats\n dog going"), expected);
  EXPECT_EQ(read("4 6", "dog\xc3\xa9"), (std::vector<TextToken>{{4, 0, 3}, {6, 3, 5}}));
}

TEST_F(TokenIds, RefusalsNameTheLine) {
  EXPECT_NE(refusal("0\t0\t3\n0\t3\n", "The cat").find("line 2"), std::string::npos);
  EXPECT_NE(refusal("0\t0\tx\n", "The cat").find("line 1"), std::string::npos);
  EXPECT_NE(refusal("0\t0\t3\t4\n", "The cat").find("line 1"), std::string::npos);
  EXPECT_NE(refusal("8\t0\t3\n", "The cat").find("id 8: the matrix has rows 0 to 7"), std::string::npos);
  EXPECT_NE(refusal("0\t0\t30\n", "The cat").find("bytes 0 to 30"), std::string::npos);
  EXPECT_NE(refusal("0\t3\t4\n0\t0\t3\n", "The cat").find("line 2"), std::string::npos);
  EXPECT_NE(
      refusal("0\t0\t3\n1\t1\t4\n", "The cat").find("line 2: bytes 1 to 4 begin before the token before them ends"),
      std::string::npos);
  EXPECT_NE(refusal("0 1\nx", "The cat").find("line 2: 'x' is not a whole number"), std::string::npos);
  EXPECT_NE(refusal("0\n-1\n", "The cat").find("line 2: id -1"), std::string::npos);
  EXPECT_NE(refusal("0 5", "The cat").find("token 1, id 5 'go', does not continue the text at byte 3"),
            std::string::npos);
  EXPECT_NE(refusal("0 7", "The cat").find("token 1, id 7"), std::string::npos);
  EXPECT_THROW(read_token_ids("ids.txt", "0 1", "The cat", 8, nullptr), InvalidInput);
}

}  // namespace
}  // namespace gramian::host
