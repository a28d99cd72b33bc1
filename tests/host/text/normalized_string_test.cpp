// Ranges of a changed text go back to the original.

#include "host/text/pipeline/normalized_string.hpp"

#include <gtest/gtest.h>

namespace gramian::host {
namespace {

using Ranges = std::vector<std::pair<int64_t, int64_t>>;

Ranges restored(const NormalizedString& edited, const Ranges& ranges) {
  std::vector<TextToken> tokens;
  for (const auto& [begin, end] : ranges) tokens.push_back({0, begin, end});
  edited.restore(tokens);
  Ranges result;
  for (const TextToken& token : tokens) result.emplace_back(token.begin, token.end);
  return result;
}

TEST(NormalizedString, WithoutEditsIsTheOriginalItself) {
  const std::string original = "abc";
  NormalizedString edited(original);
  edited.keep(2);
  EXPECT_EQ(edited.text().data(), original.data());
  EXPECT_EQ(restored(edited, {{0, 1}, {1, 3}}), (Ranges{{0, 1}, {1, 3}}));
}

TEST(NormalizedString, LongerShorterInsertedAndRemoved) {
  NormalizedString edited("aXXbYcd");  // a zzz b "" c <ins> d
  edited.keep(1);
  edited.replace(2, "zzz");
  edited.keep(1);
  edited.replace(1, "");
  edited.keep(1);
  edited.replace(0, "++");
  ASSERT_EQ(edited.text(), "azzzbc++d");
  // a | zzz | b | c | ++ | d
  EXPECT_EQ(restored(edited, {{0, 1}, {1, 4}, {4, 5}, {5, 6}, {6, 8}, {8, 9}}),
            (Ranges{{0, 1}, {1, 3}, {3, 4}, {5, 6}, {6, 6}, {6, 7}}));
  // The first of those that share a replacement has all of it.
  EXPECT_EQ(restored(edited, {{1, 2}, {2, 3}, {3, 5}}), (Ranges{{1, 3}, {3, 3}, {3, 4}}));
  // Whoever comes first has it, even where the beginning of the replacement is no token's.
  EXPECT_EQ(restored(edited, {{2, 3}, {3, 4}}), (Ranges{{1, 3}, {3, 3}}));
  // One that stands for nothing has nothing, wherever it stands.
  EXPECT_EQ(restored(edited, {{0, 1}, {1, 1}, {1, 4}}), (Ranges{{0, 1}, {1, 1}, {1, 3}}));
  // A token around what was removed has it; one beside it has not.
  EXPECT_EQ(restored(edited, {{4, 6}}), (Ranges{{3, 6}}));
  EXPECT_EQ(restored(edited, {{0, 9}}), (Ranges{{0, 7}}));
}

TEST(NormalizedString, ACodePointByOneOfTheSameLengthKeepsItsBytesApart) {
  NormalizedString edited("xéy");
  edited.keep(1);
  edited.replace(2, "è");
  ASSERT_EQ(edited.text(), "xèy");
  EXPECT_EQ(restored(edited, {{0, 2}, {2, 4}}), (Ranges{{0, 2}, {2, 4}}));
}

TEST(AsUtf8, OneReplacementForEveryMaximalSubpart) {
  // The table of the Unicode Standard, 3.9: "U+FFFD Substitution of Maximal Subparts".
  for (const auto& [bytes, expected] : std::vector<std::pair<std::string, std::string>>{
           {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA"},
           {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA"},
           {"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA\uFFFD\uFFFDB"},
           {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "\uFFFD\uFFFD\uFFFD\uFFFDA"},
           {"\xE2\x82", "\uFFFD"},
           {"", ""}}) {
    EXPECT_EQ(as_utf8(bytes).text(), expected);
  }
}

}  // namespace
}  // namespace gramian::host
