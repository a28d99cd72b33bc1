// SentencePiece models, and Unigram and BPE of code points in tokenizer.json.

#include <limits>

#include "tests/host/text/sentence_piece_bytes.hpp"
#include "tests/host/text/tokens.hpp"

namespace gramian::host::test {
namespace {

/// A unigram model.
std::string model() {
  return sentence_piece_model({{"<unk>", 0, 2},
                               {"<s>", 0, 3},
                               {"</s>", 0, 3},
                               {"\u2581", -3, 1},
                               {"\u2581the", -1, 1},
                               {"re", -2, 1},
                               {"\u2581there", -5, 1},
                               {"r", -4, 1},
                               {"e", -4, 1}});
}

TEST(SentencePiece, OwnModels) {
  const TempDir dir;
  const auto tokenizer = open_tokenizer(dir.write("spiece.model", model()));
  EXPECT_EQ(tokenizer->kind(), "SentencePiece");
  EXPECT_EQ(tokenizer->size(), 9);
  EXPECT_EQ(shown(*tokenizer, "there the"), "\u2581the[the]re[re]\u2581the[ the]");
  EXPECT_EQ(shown(*tokenizer, "theX\xff"), "\u2581the[the]<unk>[X\xff]");
  EXPECT_EQ(shown(*tokenizer, ""), "");
  EXPECT_EQ(shown(*open_tokenizer(dir.path("")), "the"), "\u2581the[the]");
}

TEST(SentencePiece, PairsOfEqualScoreFromTheLeft) {
  const TempDir dir;
  const std::string pieces =
      sentence_piece_model({{"<unk>", 0, 2}, {"bc", -1, 1}, {"ab", -1, 1}, {"a", -9, 1}, {"c", -9, 1}, {"b", -9, 1}});
  const auto tokenizer = open_tokenizer(dir.write("pairs.model", pieces + sentence_piece_pairs()));
  EXPECT_EQ(shown(*tokenizer, "abc"), "<unk>[]ab[ab]c[c]");
  EXPECT_EQ(shown(*tokenizer, "abcbc abX"), "<unk>[]ab[ab]c[c]bc[bc]<unk>[ ]ab[ab]<unk>[X]");
}

TEST(SentencePiece, AMergeOfCharactersWithoutPieces) {
  const TempDir dir;
  const std::string pieces = sentence_piece_model({{"<unk>", 0, 2}, {"xy", -1, 1}, {"xyz", -2, 1}});
  const auto tokenizer = open_tokenizer(dir.write("pairs.model", pieces + sentence_piece_pairs()));
  EXPECT_EQ(shown(*tokenizer, "xyzyx"), "<unk>[]xyz[xyz]<unk>[yx]");
}

TEST(SentencePiece, WhatUsersHaveDefinedIsNeverAPart) {
  const TempDir dir;
  const std::string pieces = sentence_piece_model(
      {{"<unk>", 0, 2}, {"ab", 0, 4}, {"abc", -1, 1}, {"ca", -1, 1}, {"a", -9, 1}, {"b", -9, 1}, {"c", -9, 1}});
  const auto tokenizer = open_tokenizer(dir.write("pairs.model", pieces + sentence_piece_pairs()));
  EXPECT_EQ(shown(*tokenizer, "abcacab"), "<unk>[]ab[ab]ca[ca]c[c]ab[ab]");
}

TEST(SentencePiece, UnusedPiecesAreTakenApart) {
  const TempDir dir;
  const std::string pieces =
      sentence_piece_model({{"<unk>", 0, 2}, {"ab", -1, 5}, {"abc", -2, 1}, {"a", -9, 1}, {"b", -9, 1}, {"c", -9, 1}});
  const auto tokenizer = open_tokenizer(dir.write("pairs.model", pieces + sentence_piece_pairs()));
  EXPECT_EQ(shown(*tokenizer, "ababc"), "<unk>[]a[a]b[b]abc[abc]");
}

TEST(SentencePiece, AVeryLongPieceTakesNoLongerToOpen) {
  const TempDir dir;
  const std::string longest(2'000'000, 'a');  // by all of its halves, this would take ten minutes
  std::vector<SentencePieceOfModel> pieces = {{"<unk>", 0, 2}, {longest, -1, 1}, {"aa", -2, 1}, {"a", -9, 1}};
  std::vector<std::string> others;
  for (int i = 10; i < 60; ++i) others.push_back("b" + std::to_string(i));
  for (const std::string& other : others) pieces.push_back({other, -3, 1});
  const auto tokenizer =
      open_tokenizer(dir.write("pairs.model", sentence_piece_model(pieces) + sentence_piece_pairs()));
  EXPECT_EQ(shown(*tokenizer, "aaa"), "<unk>[]aa[aa]a[a]");
}

TEST(SentencePiece, CharactersThatBecomeOthers) {
  const TempDir dir;
  const std::string pieces = sentence_piece_model({{"<unk>", 0, 2}, {"aa", -1, 1}, {"a", -9, 1}, {"e", -9, 1}});
  const auto with = [&](const std::string& map) {
    return open_tokenizer(dir.write("pairs.model", pieces + sentence_piece_pairs() +
                                                       message_field(3, message_field(2, map) + message_field(3, 0))));
  };
  EXPECT_EQ(shown(*with(character_map("a")), "AaA"), "aa[Aa]a[A]");
  EXPECT_EQ(shown(*with(character_map("aae")), "eA"), "e[e]aa[]e[A]");
  EXPECT_EQ(shown(*with(""), "Aa"), "<unk>[A]a[a]");
}

TEST(SentencePiece, ATableThatLeadsOutOfItselfIsRefused) {
  const TempDir dir;
  const auto refused = [&](const std::string& map) {
    const auto path = dir.write("x.model", model() + message_field(3, message_field(2, map)));
    expect_no_tokenizer<InvalidInput>(path, {path, "charsmap"});
  };
  const std::string whole = character_map("a");
  for (const size_t size : {3, 4, 7, 2000}) refused(whole.substr(0, size));
  std::string beyond = whole;
  beyond[4 + 2] = '\xff';  // where the children of the first unit are
  refused(beyond);
  beyond = whole;
  beyond[4 + 4 * (256 ^ 'A' ^ 1)] = 2;  // of two bytes of replacements
  refused(beyond);
  std::string root = whole;
  root[4 + 3] = '\x80';  // the first unit is a value, which leads nowhere
  refused(root);
}

TEST(SentencePiece, ACharsmapWhoseRootIsAValueIsRefused) {
  // 35 bytes that ended in a segmentation fault.
  const TempDir dir;
  const std::string bytes =
      message_field(1, message_field(1, "<unk>") + std::string("\x15\0\0\0\0", 5) + message_field(3, 2)) +
      sentence_piece_pairs() +
      message_field(3, message_field(2, std::string("\4\0\0\0\xff\xff\xff\xff\0", 9)) + message_field(3, 1));
  ASSERT_EQ(bytes.size(), 35u);
  const auto path = dir.write("x.model", bytes);
  expect_no_tokenizer<InvalidInput>(path, {path, "charsmap"});
}

TEST(SentencePiece, PiecesThatAreNoneAreRefusedByName) {
  const TempDir dir;
  const auto refused = [&](const std::vector<SentencePieceOfModel>& pieces, const std::string& more,
                           std::initializer_list<std::string_view> parts) {
    expect_no_tokenizer<InvalidInput>(dir.write("x.model", sentence_piece_model(pieces) + more), parts);
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  refused({{"<unk>", 0, 2}, {std::string_view("\0", 1), 0, 1}}, "", {"piece 1", "'\\x00'", "zero byte"});
  refused({{"<unk>", 0, 2}, {"", 0, 1}}, "", {"piece 1", "empty"});
  refused({{"<unk>", 0, 2}, {"\xff", 0, 1}}, "", {"piece 1", "not UTF-8"});
  refused({{"<unk>", 0, 2}, {"a", nan, 1}}, "", {"piece 1", "'a'", "score"});
  refused({{"<unk>", 0, 2}, {"a", 0, 1}, {"b", 0, 1}, {"a", 0, 4}}, "", {"piece 3", "'a'", "same as piece 1"});
  refused({{"a", 0, 1}}, "", {"without an unknown piece"});
  refused({{"<unk>", 0, 2}, {"<u>", 0, 2}}, "", {"piece 1", "UNKNOWN", "piece 0"});
  refused({{"<unk>", 0, 2}, {"<0x41>", 0, 6}}, "", {"piece 1", "byte_fallback"});
  const std::string fallback = message_field(2, message_field(35, 1));
  refused({{"<unk>", 0, 2}, {"<0x00>", 0, 6}}, fallback, {"byte_fallback", "<0x01>"});
  refused({{"<unk>", 0, 2}, {"<0x1>", 0, 6}}, fallback, {"piece 1", "'<0x1>'"});
  // The library fails on a text with such a piece.
  refused({{"<unk>", 0, 2}, {"ab", 0, 3}, {"ab", 0, 1}}, sentence_piece_pairs(),
          {"piece 1", "'ab'", "a text can spell"});
  refused({{"<unk>", 0, 2}, {"a", 0, 3}}, sentence_piece_pairs(), {"piece 1", "'a'", "a text can spell"});
}

TEST(SentencePiece, WordsAndCharacters) {
  const TempDir dir;
  const std::string pieces =
      sentence_piece_model({{"<unk>", 0, 2}, {"\u2581the", -1, 1}, {"\u2581", -2, 1}, {"t", -2, 1}, {"xy", -2, 4}});
  const auto with = [&](uint64_t algorithm) {
    return open_tokenizer(dir.write("x.model", pieces + message_field(2, message_field(3, algorithm))));
  };
  EXPECT_EQ(shown(*with(3), "the cat sat the"), "\u2581the[the]<unk>[ cat sat]\u2581the[ the]");
  EXPECT_EQ(shown(*with(4), "tht xyt"), "\u2581[]t[t]<unk>[h]t[t]\u2581[ ]xy[xy]t[t]");
}

TEST(SentencePiece, DamagedModelsAreRefused) {
  const TempDir dir;
  const std::string whole = model();
  const auto path = dir.write("x.model", whole.substr(0, whole.size() - 3));
  expect_no_tokenizer<InvalidInput>(path, {path, "SentencePiece"});
}

TEST(Unigram, TheBestSumOfScores) {
  const TempDir dir;
  const auto open = [&](const std::string& more) {
    return open_tokenizer(dir.write(
        "tokenizer.json", R"({"pre_tokenizer":{"type":"Metaspace","prepend_scheme":"always"},
      "model":{"type":"Unigram","unk_id":0,)" +
                              more +
                              R"("vocab":[["<unk>",0],["▁the",-1],["re",-2],["▁there",-5],["▁",-3],["<0x58>",-9]]}})"));
  };
  const auto tokenizer = open("");
  EXPECT_EQ(tokenizer->kind(), "Unigram");
  EXPECT_EQ(shown(*tokenizer, "there the"), "▁the[the]re[re]▁the[ the]");
  EXPECT_EQ(shown(*tokenizer, "theXY"), "▁the[the]<unk>[XY]");
  EXPECT_EQ(shown(*tokenizer, " re"), "▁[ ]re[re]");
}

TEST(CodePointPairs, BytesForWhatHasNoToken) {
  const TempDir dir;
  std::string vocab = R"("<unk>":0,"▁":1,"a":2,"▁a":3)";
  for (int byte = 0; byte < 256; ++byte) {
    std::array<char, 8> name{};
    std::snprintf(name.data(), name.size(), "<0x%02X>", static_cast<unsigned>(byte));
    vocab += ",\"" + std::string(name.data()) + "\":" + std::to_string(4 + byte);
  }
  const auto open = [&](const std::string& fallback) {
    return open_tokenizer(dir.write("tokenizer.json", R"({"normalizer":{"type":"Sequence","normalizers":[
        {"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
        "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":)" +
                                                          fallback + R"(,
        "vocab":{)" + vocab + R"(},"merges":["▁ a"]}})"));
  };
  EXPECT_EQ(shown(*open("true"), "a aé"), "▁a[a]▁a[ a]<0xC3>[\xc3]<0xA9>[\xa9]");
  EXPECT_EQ(shown(*open("false"), "a aéé"), "▁a[a]▁a[ a]<unk>[éé]");
}

}  // namespace
}  // namespace gramian::host::test
