// SentencePiece models, and Unigram and BPE of code points in tokenizer.json.

#include "tests/text/tokens.hpp"

namespace gramian::host::test {
namespace {

std::string field(int number, const std::string& bytes) {
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(bytes.size()) + bytes;
}

/// A unigram model, written by hand: pieces with their scores and types, the rest as by default.
std::string model() {
  struct Piece {
    const char* text;
    float score;
    int type;  // 1: normal, 2: unknown, 3: control
  };
  std::string bytes;
  for (const Piece& piece : std::vector<Piece>{{"<unk>", 0, 2},
                                               {"<s>", 0, 3},
                                               {"</s>", 0, 3},
                                               {"\u2581", -3, 1},
                                               {"\u2581the", -1, 1},
                                               {"re", -2, 1},
                                               {"\u2581there", -5, 1},
                                               {"r", -4, 1},
                                               {"e", -4, 1}}) {
    std::string message = field(1, piece.text) + '\x15' + bytes_of(piece.score);
    message += '\x18';
    message += static_cast<char>(piece.type);
    bytes += field(1, message);
  }
  return bytes;
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
