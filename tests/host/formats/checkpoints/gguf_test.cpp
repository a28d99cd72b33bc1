#include "host/formats/checkpoints/gguf_file.hpp"

#include <cmath>

#include "host/formats/checkpoints/gguf_model.hpp"
#include "tests/host/formats/checkpoints/gguf_bytes.hpp"
#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

using namespace std::string_literals;

GgufBytes small() {
  GgufBytes file;
  file.add_string("general.architecture", "llama");
  file.add_strings("tokenizer.ggml.tokens", {"<unk>", "the", "\xe2\x96\x81of"});
  file.add_integers("tokenizer.ggml.token_type", {2, 1, 1});
  file.add_tensor("token_embd.weight", {3, 2}, 0, bytes_of_all(std::vector<float>{1, 2, 3, 4, 5, 6}));
  return file;
}

TEST(Gguf, ReadsPlainMatricesInPlaceWithTheirTokens) {
  const TempDir dir;
  const Embedding embedding = open_embedding(dir.write("m.gguf", small().bytes()), std::nullopt, 1);
  EXPECT_EQ(embedding.format, "gguf");
  EXPECT_EQ(embedding.tensor, "token_embd.weight");
  EXPECT_FALSE(embedding.converted);
  EXPECT_EQ(embedding.stored_type, "");
  EXPECT_EQ(values_of(embedding), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(tokens_of(embedding), (std::vector<std::string>{"<unk>", "the", "\xe2\x96\x81of"}));
}

TEST(Gguf, PaddingIsUnnamed) {
  const TempDir dir;
  GgufBytes file;
  file.add_strings("tokenizer.ggml.tokens", {"a", "[PAD1]", "[PAD2]", "[PAD9]", "<unused>"});
  file.add_integers("tokenizer.ggml.token_type", {1, 1, 5, 5, 5});
  file.add_tensor("token_embd.weight", {6, 1}, 0, std::string(24, '\0'));
  // A row of the conversion's own bears its number; what the vocabulary itself calls so, or leaves unused, is a token.
  EXPECT_EQ(tokens_of(open_embedding(dir.write("m.gguf", file.bytes()), std::nullopt, 1)),
            (std::vector<std::string>{"a", "[PAD1]", "<unnamed>", "[PAD9]", "<unused>", "<unnamed>"}));
}

TEST(Gguf, RolesChooseInputAndOutput) {
  const TempDir dir;
  const auto tied = dir.write("tied.gguf", small().bytes());
  const Embedding output = open_embedding(tied + "#out", std::nullopt, 1);
  EXPECT_EQ(output.tensor, "token_embd.weight");
  ASSERT_EQ(output.notes.size(), 1);
  EXPECT_NE(output.notes[0].find("tied"), std::string::npos);
  EXPECT_EQ(open_embedding(tied + "#in", std::nullopt, 1).tensor, "token_embd.weight");

  GgufBytes file = small();
  file.add_tensor("blk.0.ffn_up.weight", {2, 2}, 0, std::string(16, '\0'));
  file.add_tensor("output.weight", {3, 2}, 0, bytes_of_all(std::vector<float>{9, 8, 7, 6, 5, 4}));
  const auto untied = dir.write("untied.gguf", file.bytes());
  EXPECT_EQ(open_embedding(untied + "#out", std::nullopt, 1).tensor, "output.weight");
  EXPECT_EQ(tokens_of(open_embedding(untied + "#output.weight", std::nullopt, 1)).size(), 3);
  EXPECT_FALSE(open_embedding(untied + "#blk.0.ffn_up.weight", std::nullopt, 1).vocabulary);
  expect_refused<InvalidInput>(untied + "#nothing", {"no tensor 'nothing'", "output.weight [3 x 2]"});

  GgufBytes encoder;
  encoder.add_string("general.architecture", "nomic-bert");
  encoder.add_tensor("token_embd.weight", {1, 1}, 0, std::string(4, '\0'));
  expect_refused<InvalidInput>(dir.write("bert.gguf", encoder.bytes()) + "#out", {"no output matrix"});
}

// Q8_K is in no file that a model is distributed in, and the gguf package does not unpack it.
TEST(Gguf, UnpacksQ8K) {
  const TempDir dir;
  std::string block = bytes_of(0.5f);
  for (int i = 0; i < 256; ++i) block += static_cast<char>(i - 128);
  block += std::string(32, '\0');
  GgufBytes file;
  file.add_tensor("token_embd.weight", {1, 256}, 15, block);
  const Embedding embedding = open_embedding(dir.write("m.gguf", file.bytes()), std::nullopt, 2);
  EXPECT_EQ(embedding.stored_type, "Q8_K");
  EXPECT_TRUE(embedding.converted);
  EXPECT_EQ(embedding.matrix.view.type, ElementType::f32);
  const auto values = values_of(embedding);
  for (int i = 0; i < 256; ++i) EXPECT_EQ(values[static_cast<size_t>(i)], 0.5 * (i - 128));
}

TEST(Gguf, RefusesWhatItDoesNotRead) {
  const TempDir dir;
  const auto refused = [&](const std::string& bytes, std::initializer_list<std::string_view> parts) {
    expect_refused<InvalidInput>(dir.write("m.gguf", bytes), parts);
  };
  refused("GGUF"s + bytes_of(uint32_t{1}) + std::string(16, '\0'), {"version 1", "convert"});
  refused("GGUF"s + bytes_of(uint32_t{9}) + std::string(16, '\0'), {"version 9"});
  refused("GGUF"s + bytes_of(uint32_t{3}, true) + std::string(16, '\0'), {"big-endian"});
  refused("GGUF"s + bytes_of(uint32_t{3}) + bytes_of(~uint64_t{0}) + bytes_of(uint64_t{0}), {"cut off", "tensor 1"});
  refused("GGUF"s + bytes_of(uint32_t{3}) + bytes_of(uint64_t{0}) + bytes_of(~uint64_t{0}), {"cut off", "metadata 1"});
  refused(GgufBytes().bytes(), {"no matrix"});

  const std::string one(4, '\0');
  const auto with = [&](auto&& change) {
    GgufBytes file;
    change(file);
    return file.bytes();
  };
  refused(with([&](GgufBytes& f) { f.add_string("a", "x"), f.add_string("a", "y"); }), {"'a' twice"});
  refused(with([&](GgufBytes& f) {
            f.add_tensor("t", {1, 1}, 0, one), f.add_tensor("t", {1, 1}, 0, one);
          }),
          {"'t' is there twice"});
  refused(with([&](GgufBytes& f) { f.add_tensor("t", {1, 1}, 99, one); }), {"unknown type 99"});
  refused(with([&](GgufBytes& f) { f.add_tensor("t", {1, 33}, 2, one); }), {"no whole blocks of Q4_0"});
  refused(with([&](GgufBytes& f) { f.add_tensor("t", {1, 256}, 16, std::string(66, '\0')); }), {"IQ2_XXS", "Q8_0"});
  refused(with([&](GgufBytes& f) { f.add_tensor("t", {1, 1, 1, 1, 1}, 0, one); }), {"5 dimensions"});
  refused(with([&](GgufBytes& f) {
            f.add_tensor("t", {int64_t{1} << 40, int64_t{1} << 40}, 0, one);
          }),
          {"impossible extents"});
  refused(with([&](GgufBytes& f) { f.add_tensor("t", {1, 99}, 0, one); }), {"cut off inside tensor 't'"});
  refused(with([&](GgufBytes& f) { f.add_tensor("t", {0, 3}, 0, ""); }), {"'t' is empty"});
  refused(with([&](GgufBytes& f) {
            f.add_strings("tokenizer.ggml.tokens", {"a", "b"});
            f.add_tensor("token_embd.weight", {1, 1}, 0, one);
          }),
          {"holds 2 tokens", "1 rows"});
  refused(with([&](GgufBytes& f) {
            f.add_string("tokenizer.ggml.tokens", "a");
            f.add_tensor("token_embd.weight", {1, 1}, 0, one);
          }),
          {"no list of strings"});
  refused(with([&](GgufBytes& f) {
            f.add_number("general.alignment", 12), f.add_tensor("t", {1, 1}, 0, one);
          }),
          {"alignment of 12"});
  refused(with([&](GgufBytes& f) {
            f.add_number("split.count", 3), f.add_tensor("t", {1, 1}, 0, one);
          }),
          {"one of 3 parts"});
  refused(small().bytes() + std::string(64, '\0'), {"describes"});
}

TEST(Gguf, AlignmentMayBeAnother) {
  const TempDir dir;
  for (const uint32_t alignment : {1u, 8u, 64u, 4096u}) {
    GgufBytes file(alignment);
    file.add_number("general.alignment", alignment);
    file.add_tensor("a", {1, 1}, 0, bytes_of(1.0f));
    file.add_tensor("token_embd.weight", {1, 2}, 0, bytes_of_all(std::vector<float>{2, 3}));
    EXPECT_EQ(values_of(open_embedding(dir.write("m.gguf", file.bytes()), std::nullopt, 1)),
              (std::vector<double>{2, 3}))
        << alignment;
  }
}

}  // namespace
}  // namespace gramian::host::test
