// Whatever happens to a file, it is refused in one line or read without touching a byte outside it.

#include <map>
#include <utility>

#include "tests/host/formats/fasttext_bytes.hpp"
#include "tests/host/formats/files.hpp"
#include "tests/host/formats/gguf_bytes.hpp"
#include "tests/host/formats/zip_bytes.hpp"

namespace gramian::host::test {
namespace {

using Content = std::pair<std::vector<std::string>, std::vector<double>>;  // tokens, values

const std::string kFloats = bytes_of_all(std::vector<float>{1, -2, 3, 0.5f, 0, 6});

struct Sample {
  std::string name;
  std::string bytes;
};

std::string gguf() {
  GgufBytes file;
  file.add_strings("tokenizer.ggml.tokens", {"a", "bc"});
  file.add_integers("tokenizer.ggml.token_type", {1, 3});
  file.add_tensor("token_embd.weight", {2, 32}, 2, std::string(36, '\x35'));
  file.add_tensor("b", {2, 4}, 0, std::string(32, '\0'));
  return file.bytes();
}

std::string pytorch(bool zip64) {
  return ZipBytes{{{"a/data.pkl", tensor_pickle()}, {"a/data/0", std::string(16, '\1')}}, zip64}.bytes();
}

std::vector<Sample> samples() {
  const auto record = [](const std::string& token) { return token + " " + bytes_of_all(std::vector<float>{1, -2.5f}); };
  return {
      {"npy", npy(npy_dictionary("<f4", "(2, 3)"), kFloats)},
      {"npy-2", npy(npy_dictionary("<f4", "(2, 3)"), kFloats, 2)},
      {"npy-big-endian", npy(npy_dictionary(">f4", "(2, 3)"), kFloats)},
      {"npy-fortran", npy(npy_dictionary("<f8", "(3, 1)", true), kFloats)},
      {"safetensors", safetensors(object({tensor_entry("wte.weight", "F32", "[2,2]", 0, 16),
                                          tensor_entry("b", "BF16", "[2,2]", 16, 24)}),
                                  kFloats)},
      {"fasttext", FastTextBytes().bytes({"a", "</s>"}, {1, 2, 3, 4})},
      {"gguf", gguf()},
      {"pytorch", pytorch(false)},
      {"pytorch-64", pytorch(true)},
      {"word2vec-binary", "3 2\n" + record("a") + record("bc") + record("\xff\xfe")},
      {"word2vec-binary-newlines", "3 2\n" + record("a") + "\n" + record("bc") + "\n" + record("d") + "\n"},
      {"word2vec-text", "3 2\na 0.25 -1\nbc 1e-3 4\n\xc2\xa0 5 60\n"},
      {"glove", "a 0.25 -1\nb c 1e-3 4\n. . 5 60\n"},
  };
}

// The content when the file is accepted; every byte of it has been read then.
std::optional<Content> try_open(const std::string& path, const std::optional<std::filesystem::path>& vocab = {}) {
  try {
    const Embedding embedding = open_embedding(path, vocab, 2);
    EXPECT_GT(embedding.matrix.view.rows, 0);
    EXPECT_GT(embedding.matrix.view.cols, 0);
    EXPECT_TRUE(!embedding.vocabulary || embedding.vocabulary->size() == embedding.matrix.view.rows);
    return Content{tokens_of(embedding), values_of(embedding)};
  } catch (const InvalidInput& error) {
    const std::string_view message = error.what();
    EXPECT_TRUE(message.starts_with(path) || (vocab && message.starts_with(vocab->string()))) << message;
    EXPECT_EQ(message.find('\n'), std::string_view::npos) << message;
  } catch (const InvalidUsage&) {
  }
  return std::nullopt;
}

TEST(Damage, EveryPrefixIsRefusedOrAWholeNumberOfGloveLines) {
  const TempDir dir;
  for (const Sample& sample : samples()) {
    const auto whole = try_open(dir.write("x", sample.bytes));
    ASSERT_TRUE(whole) << sample.name;
    for (size_t length = 0; length < sample.bytes.size(); ++length) {
      const auto content = try_open(dir.write("x", sample.bytes.substr(0, length)));
      if (!content) continue;
      if (sample.name == "glove") {
        // Without a header nothing tells that lines are missing; but a line is never half read.
        EXPECT_EQ(sample.bytes[length - 1], '\n');
        EXPECT_TRUE(std::equal(content->first.begin(), content->first.end(), whole->first.begin()));
        EXPECT_TRUE(std::equal(content->second.begin(), content->second.end(), whole->second.begin()));
      } else {
        // The newline after the last binary record is optional.
        EXPECT_EQ(sample.name, "word2vec-binary-newlines");
        EXPECT_EQ(length + 1, sample.bytes.size());
        EXPECT_EQ(*content, *whole);
      }
    }
  }
}

TEST(Damage, NoSingleByteBreaksTheReaders) {
  const TempDir dir;
  for (const Sample& sample : samples()) {
    for (size_t i = 0; i < sample.bytes.size(); ++i) {
      std::string bytes = sample.bytes;
      const char original = bytes[i];
      for (const int value : {0, 0xff, original ^ 1, original ^ 0x80, int{' '}, int{'\n'}, int{'9'}, int{'-'}}) {
        bytes[i] = static_cast<char>(value);
        try_open(dir.write("x", bytes));
      }
      try_open(dir.write("x", bytes.erase(i, 1)));
    }
    for (const char* suffix : {"x", "\n", "\n\n", " ", "x 1 2\n"}) try_open(dir.write("x", sample.bytes + suffix));
  }
}

TEST(Damage, TrailingBytesAreRefusedWhereSizesAreKnown) {
  const TempDir dir;
  for (const Sample& sample : samples()) {
    if (sample.name == "glove") continue;
    EXPECT_FALSE(try_open(dir.write("x", sample.bytes + "x"))) << sample.name;
  }
}

TEST(Damage, VocabulariesAndIndexes) {
  const TempDir dir;
  const auto matrix = dir.write("m.npy", npy(npy_dictionary("<f4", "(3, 2)"), kFloats));
  for (const std::string whole :
       {R"({"a":0,"b":1,"\u0120c":2})",
        R"({"added_tokens":[{"id":2,"content":"c"}],"model":{"type":"BPE","vocab":{"a":0,"b":1}}})",
        R"({"model":{"vocab":[["a",0.0],["b",-1],["c",-2.5]]}})"}) {
    const auto vocab = dir.path("given");
    for (size_t i = 0; i < whole.size(); ++i) {
      dir.write("given", std::string_view(whole).substr(0, i));
      EXPECT_FALSE(try_open(matrix, vocab)) << whole.substr(0, i);
      for (const int value : {0, 0xff, whole[i] ^ 1, int{' '}, int{'"'}, int{'9'}, int{'['}, int{'}'}}) {
        std::string bytes = whole;
        bytes[i] = static_cast<char>(value);
        dir.write("given", bytes);
        try_open(matrix, vocab);
      }
    }
  }
  dir.write("one.safetensors", safetensors(object({tensor_entry("wte.weight", "F32", "[3,2]", 0, 24)}), kFloats));
  const std::string index = R"({"weight_map":{"wte.weight":"one.safetensors"}})";
  ASSERT_TRUE(try_open(dir.write("index.json", index)));
  for (size_t i = 0; i < index.size(); ++i) {
    EXPECT_FALSE(try_open(dir.write("index.json", index.substr(0, i))));
    for (const int value : {0, 0xff, index[i] ^ 1, int{'/'}, int{'"'}, int{'}'}}) {
      std::string bytes = index;
      bytes[i] = static_cast<char>(value);
      try_open(dir.write("index.json", bytes));
    }
  }
}

}  // namespace
}  // namespace gramian::host::test
