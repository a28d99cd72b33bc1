#include <ctime>

#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

const std::string kTwoFloats = bytes_of_all(std::vector<float>{1, 2});

// Matrices of one f32 row of two values each, with the given names.
std::string matrices(const std::vector<std::string>& names) {
  std::string header;
  std::string data;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto begin = static_cast<int64_t>(8 * i);
    header += (i == 0 ? "" : ",");
    header += tensor_entry(names[i], "F32", "[1,2]", begin, begin + 8);
    data += bytes_of(static_cast<float>(i)) + bytes_of(0.5f);
  }
  return safetensors(object({header}), data);
}

TEST(Safetensors, EveryElementType) {
  const TempDir dir;
  const auto check = [&](std::string_view dtype, const std::string& data, const std::vector<double>& expected) {
    const auto size = static_cast<int64_t>(data.size());
    const auto path = dir.write(
        "m.safetensors",
        safetensors(
            object({"\"__metadata__\":{\"format\":\"pt\"}", tensor_entry("x", dtype, "[2,1]", 0, size)}) + "   ",
            data));
    const Embedding embedding = open_embedding(path, std::nullopt, 1);
    EXPECT_EQ(embedding.format, "safetensors");
    EXPECT_EQ(embedding.tensor, "x");
    EXPECT_EQ(embedding.files, std::vector<std::string>{path});
    EXPECT_EQ(values_of(embedding), expected) << dtype;
  };
  check("F64", bytes_of_all(std::vector<double>{0.1, -2}), {0.1, -2});
  check("F32", bytes_of_all(std::vector<float>{0.5f, -2}), {0.5, -2});
  check("F16", bytes_of_all(std::vector<uint16_t>{0x3c00, 0xc000}), {1, -2});
  check("BF16", bytes_of_all(std::vector<uint16_t>{0x3f80, 0xc000}), {1, -2});
  check("I8", bytes_of_all(std::vector<int8_t>{1, -2}), {1, -2});
  check("U8", bytes_of_all(std::vector<uint8_t>{1, 200}), {1, 200});
  check("I16", bytes_of_all(std::vector<int16_t>{1, -200}), {1, -200});
  check("U16", bytes_of_all(std::vector<uint16_t>{1, 60000}), {1, 60000});
  check("I32", bytes_of_all(std::vector<int32_t>{1, -200000}), {1, -200000});
  check("U32", bytes_of_all(std::vector<uint32_t>{1, 4000000000}), {1, 4000000000});
  check("I64", bytes_of_all(std::vector<int64_t>{1, -5000000000}), {1, -5000000000});
  check("U64", bytes_of_all(std::vector<uint64_t>{1, 5000000000}), {1, 5000000000});
}

TEST(Safetensors, ChoosesTheTokenEmbedding) {
  const TempDir dir;
  const struct {
    std::vector<std::string> names;
    std::string chosen;
  } kCases[] = {{{"wpe.weight", "wte.weight"}, "wte.weight"},
                {{"transformer.wpe.weight", "transformer.wte.weight"}, "transformer.wte.weight"},
                {{"lm_head.weight", "model.embed_tokens.weight"}, "model.embed_tokens.weight"},
                {{"embeddings.position_embeddings.weight", "bert.embeddings.word_embeddings.weight"},
                 "bert.embeddings.word_embeddings.weight"},
                {{"output.weight", "tok_embeddings.weight"}, "tok_embeddings.weight"},
                {{"decoder.embed_tokens.weight", "encoder.embed_tokens.weight", "shared.weight"}, "shared.weight"},
                {{"gpt_neox.embed_in.weight", "embed_out.weight"}, "gpt_neox.embed_in.weight"},
                {{"anything"}, "anything"}};
  for (const auto& c : kCases) {
    const auto path = dir.write("m.safetensors", matrices(c.names));
    EXPECT_EQ(open_embedding(path, std::nullopt, 1).tensor, c.chosen);
    for (size_t i = 0; i < c.names.size(); ++i) {
      const Embedding embedding = open_embedding(path + "#" + c.names[i], std::nullopt, 1);
      EXPECT_EQ(embedding.path, path);
      EXPECT_EQ(embedding.tensor, c.names[i]);
      EXPECT_EQ(values_of(embedding), (std::vector<double>{static_cast<double>(i), 0.5}));
    }
  }
}

TEST(Safetensors, ListsTheMatricesWhenItCannotChoose) {
  const TempDir dir;
  const auto path = dir.write("m.safetensors", matrices({"a", "b\\u0007"}));
  expect_refused<InvalidInput>(path, {path, "a [1 x 2]", "b\\x07 [1 x 2]", "#"});
  expect_refused<InvalidInput>(path + "#c", {path, "no tensor 'c'", "a [1 x 2]"});
  expect_refused<InvalidUsage>(path + "#", {path});
  expect_refused<InvalidInput>(dir.write("t.safetensors", matrices({"x.embed_tokens.weight", "y.embed_tokens.weight"})),
                               {"y.embed_tokens"});
  std::vector<std::string> many;
  for (int i = 0; i < 30; ++i) many.push_back(numbered("layer", i));
  expect_refused<InvalidInput>(dir.write("m.safetensors", matrices(many)), {"and 22 more"});
  expect_refused<InvalidInput>(
      dir.write("v.safetensors", safetensors(object({tensor_entry("v", "F32", "[2]", 0, 8)}), kTwoFloats)),
      {"no matrix"});
}

TEST(Safetensors, OtherTensorsMayHaveUnknownTypes) {
  const TempDir dir;
  const auto path = dir.write("m.safetensors", safetensors(object({tensor_entry("q", "F8_E4M3", "[2,2]", 8, 12),
                                                                   tensor_entry("wte.weight", "F32", "[1,2]", 0, 8)}),
                                                           kTwoFloats + "abcd"));
  EXPECT_EQ(values_of(open_embedding(path, std::nullopt, 1)), (std::vector<double>{1, 2}));
  expect_refused<InvalidInput>(path + "#q", {path, "F8_E4M3"});
}

TEST(Safetensors, RefusesBadHeaders) {
  const TempDir dir;
  const auto entry = [](std::string_view shape, int64_t begin, int64_t end) {
    return tensor_entry("x", "F32", shape, begin, end);
  };
  const struct {
    std::string header;
    std::string_view part;
  } kCases[] = {
      {object({entry("[1,2]", 0, 8), entry("[1,2]", 0, 8)}), "twice"},
      {"{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}", "twice"},
      {object({entry("[1,1]", 0, 4)}), "8 follow"},   // data left over
      {object({entry("[1,3]", 0, 12)}), "8 follow"},  // data missing
      {object({entry("[1,1]", 4, 8)}), "gap"},        // at the start
      {object({entry("[1,2]", 0, 8), tensor_entry("y", "F32", "[1,1]", 4, 8)}), "inside another"},
      {object({entry("[1,1]", 0, 8)}), "shape"},
      {object({entry("[1,-2]", 0, 8)}), "shape"},
      {object({entry("[1,2.0]", 0, 8)}), "shape"},
      {object({entry("[9223372036854775807,9223372036854775807]", 0, 8)}), "shape"},
      {object({entry("[4611686018427387904,1]", 0, 8)}), "shape"},
      {object({entry("[18446744073709551615,1]", 0, 8)}), "shape"},
      {object({entry("[1,2]", 8, 0)}), "data_offsets"},
      {"{\"x\":1}", "x"},
      {"{\"x\":{}}", "dtype"},
      {"{\"x\":{\"dtype\":\"F32\"}}", "shape"},
      {"{\"x\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0]}}", "data_offsets"},
      {"{\"x\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}", "malformed JSON"},
      {object({entry("[1,1e999]", 0, 8)}), "number"},
      {object({tensor_entry("\xff", "F32", "[1,2]", 0, 8)}), "malformed JSON"},
      {"{\"x\":" + std::string(100, '[') + std::string(100, ']') + "}", "nested"},
      {object({entry("[1,2]", 0, 8)}) + " x", "malformed JSON"},
  };
  for (const auto& c : kCases) {
    const auto path = dir.write("m.safetensors", safetensors(c.header, kTwoFloats));
    expect_refused<InvalidInput>(path, {path, c.part});
  }
  for (const uint64_t length : {uint64_t{1} << 40, uint64_t{100'000'001}, ~uint64_t{0} >> 8, uint64_t{1000}}) {
    expect_refused<InvalidInput>(dir.write("m.safetensors", bytes_of(length) + "{\"x\":1}"), {"header"});
  }
}

TEST(Safetensors, EmptyTensorsAreAllowedButNotChosen) {
  const TempDir dir;
  const auto path = dir.write(
      "m.safetensors",
      safetensors(object({tensor_entry("e", "F32", "[0,2]", 0, 0), tensor_entry("wte.weight", "F32", "[1,2]", 0, 8)}),
                  kTwoFloats));
  EXPECT_EQ(open_embedding(path, std::nullopt, 1).matrix.view.rows, 1);
  expect_refused<InvalidInput>(path + "#e", {"empty"});
}

TEST(SafetensorsIndex, OpensTheShardOfTheTensor) {
  const TempDir dir;
  dir.write("one.safetensors", matrices({"model.embed_tokens.weight", "a"}));
  dir.write("two.safetensors", matrices({"b"}));
  const auto index = dir.write("model.safetensors.index.json",
                               R"({"metadata":{"total_size":24},"weight_map":{"a":"one.safetensors","b":)"
                               R"("two.safetensors","model.embed_tokens.weight":"one.safetensors"}})");
  const Embedding embedding = open_embedding(index, std::nullopt, 1);
  EXPECT_EQ(embedding.tensor, "model.embed_tokens.weight");
  EXPECT_EQ(embedding.files, (std::vector<std::string>{index, dir.path("one.safetensors")}));
  EXPECT_EQ(open_embedding(index + "#b", std::nullopt, 1).files.back(), dir.path("two.safetensors"));
  expect_refused<InvalidInput>(index + "#c", {"no tensor 'c'", "b [1 x 2]"});
  EXPECT_EQ(open_embedding(dir.path(""), std::nullopt, 1).files, embedding.files);
}

// Every tensor is looked up in its shard: 100,000 among 100,000 take minutes where each is looked for from the first
// on.
TEST(SafetensorsIndex, OfVeryManyTensorsIsReadInTimeThatGrowsWithTheirNumberAlone) {
  const TempDir dir;
  std::vector<std::string> names;
  std::string map;
  for (int64_t i = 0; i < 100'000; ++i) {
    names.push_back(numbered("t", i));
    map += (i == 0 ? "\"" : ",\"") + names.back() + "\":\"one.safetensors\"";
  }
  dir.write("one.safetensors", matrices(names));
  const auto index = dir.write("model.safetensors.index.json", "{\"weight_map\":{" + map + "}}");
  const std::clock_t begin = std::clock();
  expect_refused<InvalidInput>(index, {"which tensor", "and 99992 more"});
  EXPECT_LT(std::clock() - begin, 10 * CLOCKS_PER_SEC);
}

TEST(SafetensorsIndex, RefusesMissingShardsAndPathsElsewhere) {
  const TempDir dir;
  dir.write("one.safetensors", matrices({"a"}));
  const auto write = [&](const std::string& map) {
    return dir.write("model.safetensors.index.json", "{\"weight_map\":" + map + "}");
  };
  expect_refused<InvalidInput>(write(R"({"a":"one.safetensors","wte.weight":"gone.safetensors"})"),
                               {"gone.safetensors", "missing"});
  expect_refused<InvalidInput>(write(R"({"wte.weight":"one.safetensors"})"), {"lacks it"});
  for (const char* map : {R"({"a":"../one.safetensors"})", R"({"a":"/etc/passwd"})", R"({"a":""})", R"({"a":1})"}) {
    expect_refused<InvalidInput>(write(map), {"plain file name"});
  }
  expect_refused<InvalidInput>(write("{}"), {"empty"});
  expect_refused<InvalidInput>(write("[]"), {"weight_map"});
  expect_refused<InvalidInput>(dir.write("x.json", "{\"the\": 5}"), {"beside its matrix"});
}

}  // namespace
}  // namespace gramian::host::test
