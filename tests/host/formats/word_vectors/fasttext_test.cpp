#include "host/formats/word_vectors/fasttext_model.hpp"

#include "tests/host/formats/files.hpp"
#include "tests/host/formats/word_vectors/fasttext_bytes.hpp"

namespace gramian::host::test {
namespace {

const std::vector<float> kRows = {1, 2, 30, 40};  // of "a" and "</s>", without n-grams

TEST(FastTextModel, ReadsWordsWithoutNgrams) {
  const TempDir dir;
  FastTextBytes model;
  const Embedding embedding = open_embedding(dir.write("m.bin", model.bytes({"a", "</s>"}, kRows)), std::nullopt, 2);
  EXPECT_EQ(embedding.format, "fasttext");
  EXPECT_TRUE(embedding.converted);
  EXPECT_EQ(tokens_of(embedding), (std::vector<std::string>{"a", "</s>"}));
  EXPECT_EQ(values_of(embedding), (std::vector<double>{1, 2, 30, 40}));
}

// "<a>" has the n-grams "<a", "a>" and "<a>", all in the one bucket there is; the end of a sentence has none.
TEST(FastTextModel, AWordIsTheMeanOfItsRowAndItsNgrams) {
  const TempDir dir;
  FastTextBytes model;
  model.buckets = 1;
  model.shortest = 2;
  model.longest = 3;
  std::vector<float> rows = kRows;
  rows.insert(rows.end(), {5, -6});
  EXPECT_EQ(values_of(open_embedding(dir.write("m.bin", model.bytes({"a", "</s>"}, rows)), std::nullopt, 1)),
            (std::vector<double>{(1 + 15) / 4.0, (2 - 18) / 4.0, 30, 40}));
  // Of one character "a" is an n-gram, and the brackets are not.
  model.shortest = 1;
  model.longest = 1;
  EXPECT_EQ(values_of(open_embedding(dir.write("m.bin", model.bytes({"a", "</s>"}, rows)), std::nullopt, 1)),
            (std::vector<double>{3, -2, 30, 40}));
  // Classifiers of version 11 had none, whatever their header says.
  model.version = 11;
  model.model = 3;
  EXPECT_EQ(values_of(open_embedding(dir.write("m.bin", model.bytes({"a", "</s>"}, rows)), std::nullopt, 1)),
            (std::vector<double>{1, 2, 30, 40}));
}

TEST(FastTextModel, RefusesWhatItDoesNotRead) {
  const TempDir dir;
  const auto refused = [&](const FastTextBytes& model, std::initializer_list<std::string_view> parts) {
    expect_refused<InvalidInput>(dir.write("m.bin", model.bytes({"a", "</s>"}, kRows)), parts);
  };
  FastTextBytes version;
  version.version = 13;
  refused(version, {"version 13"});
  FastTextBytes quantized;
  quantized.quantized = true;
  refused(quantized, {"quantized", ".vec"});
  FastTextBytes labels;
  labels.labels = 5;
  refused(labels, {"2 entries", "5 labels"});
  FastTextBytes buckets;
  buckets.buckets = 3;
  refused(buckets, {"2 x 2 where 5 x 2 belong"});
  FastTextBytes none;
  none.longest = 3;
  refused(none, {"no buckets"});
  FastTextBytes model;
  const std::string whole = model.bytes({"a", "</s>"}, kRows);
  expect_refused<InvalidInput>(dir.write("m.bin", whole + "x"), {"1 bytes follow"});
  expect_refused<InvalidInput>(dir.write("m.bin", whole.substr(8)), {"before 2017", "magic number"});
}

}  // namespace
}  // namespace gramian::host::test
