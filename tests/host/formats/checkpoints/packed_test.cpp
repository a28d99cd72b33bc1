#include "host/formats/checkpoints/packed_tensor.hpp"

#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

// Codes 0, 1, ..., packed without gaps, the lowest bits first.
std::string packed(int64_t values, int bits) {
  std::string bytes(static_cast<size_t>(values * bits / 8), '\0');
  for (int64_t i = 0; i < values * bits; ++i) {
    const int64_t code = i / bits % (int64_t{1} << bits);
    if ((code >> i % bits & 1) != 0) bytes[static_cast<size_t>(i / 8)] |= static_cast<char>(1 << i % 8);
  }
  return bytes;
}

// One row of `values` codes in groups of 32; the scale of group g is g + 1, its bias -g.
std::string model(int64_t values, int bits, std::string_view kind = "biases") {
  const std::string codes = packed(values, bits);
  const int64_t groups = values / 32;
  std::vector<float> scales;
  std::vector<float> biases;
  for (int64_t g = 0; g < groups; ++g) {
    scales.push_back(static_cast<float>(g + 1));
    biases.push_back(static_cast<float>(-g));
  }
  const std::string prefix = "model.embed_tokens.";
  const auto end = std::ssize(codes);
  const std::string extents = "[1," + std::to_string(groups) + "]";
  return safetensors(
      object({tensor_entry(prefix + "weight", "U32", "[1," + std::to_string(end / 4) + "]", 0, end),
              tensor_entry(prefix + "scales", "F32", extents, end, end + 4 * groups),
              tensor_entry(prefix + std::string(kind), "F32", extents, end + 4 * groups, end + 8 * groups)}),
      codes + bytes_of_all(scales) + bytes_of_all(biases));
}

std::string config(int bits, int group = 32, const std::string& more = "") {
  return R"({"quantization":{"group_size":)" + std::to_string(group) + R"(,"bits":)" + std::to_string(bits) + more +
         "}}";
}

TEST(Packed, IsUnpackedByWhatTheConfigSays) {
  for (const int bits : {2, 3, 4, 5, 6, 8}) {
    const TempDir dir;
    dir.write("config.json", config(bits));
    const auto path = dir.write("model.safetensors", model(64, bits));
    const Embedding embedding = open_embedding(path, std::nullopt, 2);
    EXPECT_EQ(embedding.matrix.view.type, ElementType::f32);
    EXPECT_EQ(embedding.stored_type, "affine " + std::to_string(bits) + "-bit");
    EXPECT_TRUE(embedding.converted);
    ASSERT_EQ(embedding.notes.size(), 1);
    EXPECT_NE(embedding.notes[0].find("dequantized"), std::string::npos);
    const auto values = values_of(embedding);
    ASSERT_EQ(values.size(), 64);
    for (int i = 0; i < 64; ++i) {
      const int code = i % (1 << bits);
      EXPECT_EQ(values[static_cast<size_t>(i)], i < 32 ? code : 2.0 * code - 1) << bits << " bits, value " << i;
    }
  }
}

TEST(Packed, ModulesMayDiffer) {
  const TempDir dir;
  dir.write("config.json", config(4, 64, R"(,"model.embed_tokens":{"group_size":32,"bits":8})"));
  const auto path = dir.write("model.safetensors", model(64, 8));
  EXPECT_EQ(values_of(open_embedding(path, std::nullopt, 1))[5], 5);
}

TEST(Packed, CodesAreNeverTakenForNumbers) {
  const TempDir dir;
  const auto path = dir.write("model.safetensors", model(64, 4));
  expect_refused<InvalidInput>(path, {"quantized", "model.embed_tokens.", "config.json", "before quantization"});
  dir.write("config.json", "{}");
  expect_refused<InvalidInput>(path, {"quantized"});
  dir.write("config.json", config(8));
  expect_refused<InvalidInput>(path, {"8 words are not 2 groups of 32 values of 8 bits"});
  dir.write("config.json", config(0));
  expect_refused<InvalidInput>(path, {"packs 0 bits"});
  dir.write("config.json", config(4, 32, R"(,"mode":"mxfp4")"));
  expect_refused<InvalidInput>(path, {"mxfp4"});
  dir.write("config.json", config(4));
  dir.write("model.safetensors", model(64, 4, "qzeros"));
  expect_refused<InvalidInput>(path, {"quantized", "not undone"});
  // The scales themselves are numbers, and so are integers without any.
  EXPECT_EQ(values_of(open_embedding(path + "#model.embed_tokens.scales", std::nullopt, 1)),
            (std::vector<double>{1, 2}));
  dir.write("model.safetensors",
            safetensors(object({tensor_entry("wte.weight", "I8", "[1,2]", 0, 2)}), std::string("\1\2")));
  EXPECT_EQ(values_of(open_embedding(path, std::nullopt, 1)), (std::vector<double>{1, 2}));
}

TEST(Roles, OutputMatricesAreOwnOrTied) {
  const TempDir dir;
  const std::string floats = bytes_of_all(std::vector<float>{1, 2});
  const auto write = [&](std::initializer_list<std::string_view> names) {
    std::string header = "{";
    std::string data;
    for (const std::string_view name : names) {
      header +=
          (header.size() > 1 ? "," : "") + tensor_entry(name, "F32", "[1,2]", std::ssize(data), std::ssize(data) + 8);
      data += floats;
    }
    return dir.write("model.safetensors", safetensors(header + "}", data));
  };
  const auto chosen = [&](const std::string& input) { return open_embedding(input, std::nullopt, 1).tensor; };
  const auto own = write({"model.embed_tokens.weight", "lm_head.weight"});
  EXPECT_EQ(chosen(own + "#in"), "model.embed_tokens.weight");
  EXPECT_EQ(chosen(own + "#out"), "lm_head.weight");
  EXPECT_NE(open_embedding(own + "#out", std::nullopt, 1).notes.at(0).find("stored beside"), std::string::npos);

  const auto path = write({"model.embed_tokens.weight", "x"});
  expect_refused<InvalidInput>(path + "#out", {"no output matrix", "no config.json"});
  const auto with = [&](const std::string& config_text) {
    dir.write("config.json", config_text);
    return path + "#out";
  };
  EXPECT_EQ(chosen(with(R"({"tie_word_embeddings":true})")), "model.embed_tokens.weight");
  EXPECT_NE(open_embedding(path + "#out", std::nullopt, 1).notes.at(0).find("tied"), std::string::npos);
  EXPECT_EQ(chosen(with(R"({"architectures":["GPT2LMHeadModel"]})")), "model.embed_tokens.weight");
  expect_refused<InvalidInput>(with(R"({"tie_word_embeddings":false})"), {"not tied"});
  expect_refused<InvalidInput>(with(R"({"architectures":["BertModel"]})"), {"BertModel"});
  expect_refused<InvalidInput>(with(R"({"model_type":"x"})"), {"neither"});
  expect_refused<InvalidInput>(with(R"({"tie_word_embeddings":1})"), {"config.json", "neither true nor false"});
  expect_refused<InvalidInput>(with("[]"), {"config.json", "no JSON object"});
  // A tensor of that name comes first.
  EXPECT_EQ(chosen(write({"out", "wte.weight"}) + "#out"), "out");
}

}  // namespace
}  // namespace gramian::host::test
