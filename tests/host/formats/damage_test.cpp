// Whatever happens to a file, it is refused in one line or read without touching a byte outside it.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "tests/host/formats/archives/zip_bytes.hpp"
#include "tests/host/formats/checkpoints/gguf_bytes.hpp"
#include "tests/host/formats/files.hpp"
#include "tests/host/formats/word_vectors/fasttext_bytes.hpp"

namespace gramian::host::test {
namespace {

struct Content {
  std::vector<std::string> tokens;
  std::vector<double> values;
  std::vector<std::string> notes;
};

const std::string kFloats = bytes_of_all(std::vector<float>{1, -2, 3, 0.5f, 0, 6});

struct Sample {
  std::string name;
  std::string bytes;
  bool text = false;
  bool header = false;
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
      {"word2vec-text", "3 2\na 0.25 -1\nbc 1e-3 4\n\xc2\xa0 5 60\n", true, true},
      {"glove", "a 0.25 -1\nb c 1e-3 4\n. . 5 60\n", true},
      {"tab-after-token", "a\t0.25 -1\nb c\t1e-3 4\nd\t5 60\n", true},
      {"tabs", "a\t0.25\t-1\nb c\t1e-3\t4\nd\t5\t60\n", true},
      {"commas", "3 2\na,0.25,-1\nb c,1e-3,4\nd,5,60\n", true, true},
      {"numbers", "0.25\t-1\n1e-3\t4\n5\t60\n", true},
  };
}

// The content when the file is accepted; every byte of it has been read then.
std::optional<Content> try_open(const std::string& path, const std::optional<std::filesystem::path>& vocab = {}) {
  try {
    const Embedding embedding = open_embedding(path, vocab, 2);
    EXPECT_GT(embedding.matrix.view.rows, 0);
    EXPECT_GT(embedding.matrix.view.cols, 0);
    EXPECT_TRUE(!embedding.vocabulary || embedding.vocabulary->size() == embedding.matrix.view.rows);
    return Content{tokens_of(embedding), values_of(embedding), embedding.notes};
  } catch (const InvalidInput& error) {
    const std::string_view message = error.what();
    EXPECT_TRUE(message.starts_with(path) || (vocab && message.starts_with(vocab->string()))) << message;
    EXPECT_EQ(message.find('\n'), std::string_view::npos) << message;
  } catch (const InvalidUsage&) {
  }
  return std::nullopt;
}

bool begins(const Content& whole, const Content& part) {
  return part.tokens.size() <= whole.tokens.size() && part.values.size() <= whole.values.size() &&
         std::equal(part.tokens.begin(), part.tokens.end(), whole.tokens.begin()) &&
         std::equal(part.values.begin(), part.values.end(), whole.values.begin());
}

bool says_no_newline(const Content& content) {
  return std::ranges::any_of(content.notes,
                             [](const std::string& note) { return note.find("no newline") != note.npos; });
}

TEST(Damage, EveryPrefixIsRefusedOrWholeLinesOrSaysThatItsEndIsOpen) {
  const TempDir dir;
  for (const Sample& sample : samples()) {
    const auto whole = try_open(dir.write("x", sample.bytes));
    ASSERT_TRUE(whole) << sample.name;
    for (size_t length = 0; length < sample.bytes.size(); ++length) {
      auto content = try_open(dir.write("x", sample.bytes.substr(0, length)));
      if (!content) continue;
      if (sample.text) {
        // Nothing tells a number cut short from a whole one, but the note that the newline is missing; without a
        // header, nothing tells that lines are missing. All else is as it was.
        const bool open_end = sample.bytes[length - 1] != '\n';
        EXPECT_EQ(says_no_newline(*content), open_end) << sample.bytes.substr(0, length);
        if (sample.header) {
          EXPECT_EQ(content->tokens.size(), whole->tokens.size());
        }
        if (open_end) content->values.pop_back();
        EXPECT_TRUE(begins(*whole, *content)) << sample.bytes.substr(0, length);
      } else {
        // The newline after the last binary record is optional.
        EXPECT_EQ(sample.name, "word2vec-binary-newlines");
        EXPECT_EQ(length + 1, sample.bytes.size());
        EXPECT_TRUE(begins(*whole, *content) && begins(*content, *whole));
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
    if (sample.text && !sample.header) continue;
    EXPECT_FALSE(try_open(dir.write("x", sample.bytes + "x"))) << sample.name;
  }
}

// A seed of the fuzzer's.
std::string seed(const std::string& name) {
  std::ifstream file(std::filesystem::path(GRAMIAN_SEEDS) / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Damage, EveryPrefixOfAPickleIsRefusedAndNoByteBreaksIt) {
  const TempDir dir;
  for (const char* name : {"gensim/real_gensim_2", "gensim/real_gensim_4", "gensim/real_gensim_5"}) {
    const std::string whole = seed(name).substr(1);  // without what says to the fuzzer how to open it
    ASSERT_TRUE(try_open(dir.write("x", whole))) << name;
    for (size_t i = 0; i < whole.size(); ++i) {
      EXPECT_FALSE(try_open(dir.write("x", whole.substr(0, i)))) << name << " " << i;
      std::string bytes = whole;
      for (const int value : {0, 0xff, whole[i] ^ 1, whole[i] ^ 0x80}) {
        bytes[i] = static_cast<char>(value);
        try_open(dir.write("x", bytes));
      }
    }
  }
}

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define GRAMIAN_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define GRAMIAN_SANITIZED
#endif
#ifdef GRAMIAN_SANITIZED
constexpr size_t kHdf5Step = 23;  // a process costs several times as much
#else
constexpr size_t kHdf5Step = 5;
#endif

// Of HDF5 a part at the end may hold nothing that matters. Each file takes up to two processes, so not every length and
// byte is tried: of the damage that libhdf5 once did not survive, all is kept in tests/fuzz/findings.
TEST(Damage, PrefixesOfHdf5AreRefusedOrTheSameAndNoByteBreaksIt) {
  const TempDir dir;
  for (const char* name : {"hdf5/real_contiguous", "hdf5/real_chunked"}) {
    const std::string whole = seed(name);
    const auto content = try_open(dir.write("x", whole));
    ASSERT_TRUE(content) << name;
    for (size_t i = 0; i < whole.size(); i += kHdf5Step) {
      const auto part = try_open(dir.write("x", whole.substr(0, i)));
      EXPECT_TRUE(!part || part->values == content->values) << name << " " << i;
    }
    for (size_t i = 0; i < whole.size(); i += kHdf5Step) {
      std::string bytes = whole;
      for (const int value : {0xff, whole[i] ^ 1}) {
        bytes[i] = static_cast<char>(value);
        try_open(dir.write("x", bytes));
      }
    }
  }
}

TEST(Damage, FilesThatLibhdf5DoesNotSurviveAreRefused) {
  const auto findings = std::filesystem::path(GRAMIAN_SEEDS).parent_path() / "findings" / "hdf5";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(findings)) {
    EXPECT_FALSE(try_open(entry.path().string())) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 0);
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
