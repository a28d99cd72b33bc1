#include "host/formats/checkpoints/torch_file.hpp"

#include "tests/host/formats/archives/zip_bytes.hpp"
#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

using namespace std::string_literals;

const std::string kFloats = bytes_of_all(std::vector<float>{1, 2, 3, 4});

ZipBytes checkpoint(const std::string& pickle = tensor_pickle()) {
  return {{{"archive/data.pkl", pickle}, {"archive/data/0", kFloats}, {"archive/version", "3\n"}}};
}

TEST(TorchFile, ReadsTensorsInPlace) {
  const TempDir dir;
  for (const bool zip64 : {false, true}) {
    ZipBytes zip = checkpoint();
    zip.zip64 = zip64;
    const Embedding embedding = open_embedding(dir.write("m.bin", zip.bytes()), std::nullopt, 1);
    EXPECT_EQ(embedding.format, "pytorch");
    EXPECT_EQ(embedding.tensor, "wte.weight");
    EXPECT_FALSE(embedding.converted);
    EXPECT_EQ(values_of(embedding), (std::vector<double>{1, 2, 3, 4}));
  }
}

TEST(TorchFile, IndexesNameTheirShards) {
  const TempDir dir;
  dir.write("pytorch_model-00001-of-00001.bin", checkpoint().bytes());
  const auto index =
      dir.write("pytorch_model.bin.index.json", R"({"weight_map":{"wte.weight":"pytorch_model-00001-of-00001.bin"}})");
  for (const auto& path : {index, dir.path("")}) {
    const Embedding embedding = open_embedding(path, std::nullopt, 1);
    EXPECT_EQ(embedding.format, "pytorch");
    EXPECT_EQ(values_of(embedding), (std::vector<double>{1, 2, 3, 4}));
  }
}

TEST(TorchFile, RunsNothingAndNamesWhatItRefuses) {
  const TempDir dir;
  const auto refused = [&](const std::string& pickle, std::initializer_list<std::string_view> parts) {
    expect_refused<InvalidInput>(dir.write("m.bin", checkpoint(pickle).bytes()), parts);
  };
  refused("\x80\2cos\nsystem\nX\4\0\0\0true\x85R."s, {"os.system", "nothing in it was run", "byte "});
  refused("\x80\2cbuiltins\neval\n."s, {"builtins.eval"});
  refused("\x80\2(cos\nsystem\noX."s, {"os.system"});
  refused("\x80\4\x8c\5posix\x8c\6system\x93."s, {"posix.system"});
  refused("\x80\2\x82\1."s, {"EXT1"});
  refused("\x80\2I01\n."s, {"INT"});
  refused("\x80\2\x07."s, {"0x07"});
  refused("\x80\6N."s, {"protocol 6"});
  refused("(dp0\n."s, {"protocol 2 or later"});
  refused("\x80\2."s, {"stack runs empty"});
  refused("\x80\2NN."s, {"left over"});
  refused("\x80\2(N."s, {"left over"});
  refused("\x80\2Nh\5."s, {"unknown memo"});
  refused("\x80\2Nr\xff\xff\xff\x7f."s, {"memo of number"});
  refused("\x80\2Nt."s, {"mark is missing"});
  refused("\x80\2}(Nu."s, {"key without a value"});
  refused("\x80\2K\1Na."s, {"puts items into an integer"});
  refused("\x80\2K\1)R."s, {"calls an integer"});
  refused("\x80\2N}b."s, {"gives a state to None"});
  refused("\x80\2N"s, {"cut off inside a pickle"});
  refused("\x80\2X\xff\xff\xff\xff."s, {"cut off inside a pickle"});
  refused("\x80\2]q\0h\0a."s, {"without a tensor", "a list"});  // it holds itself
  refused("\x80\2}q\0X\1\0\0\0xh\0s."s, {"without a tensor"});
}

TEST(Zip, RefusesDamage) {
  const TempDir dir;
  const std::string whole = checkpoint().bytes();
  const auto refused = [&](std::string bytes, size_t at, std::string_view with,
                           std::initializer_list<std::string_view> parts) {
    expect_refused<InvalidInput>(dir.write("m.bin", bytes.replace(at, with.size(), with)), parts);
  };
  const size_t directory = whole.find("PK\1\2");
  const size_t end = whole.find("PK\5\6");
  refused(whole, whole.find("wte"), "wtf", {"CRC differs"});
  refused(whole, directory, "XK", {"damaged directory"});
  refused(whole, directory + 8, "\1", {"encrypted"});
  refused(whole, directory + 10, "\x08", {"compressed"});
  refused(whole, directory + 42, "\7", {"not where the directory says"});
  refused(whole, directory + 46, "b", {"another name in its header"});
  refused(whole, end + 4, "\1", {"one part of a zip file"});
  refused(whole, end + 10, "\2", {"longer than its 2 members"});
  refused(whole, end + 16, "\7", {"not where its end says"});
  expect_refused<InvalidInput>(dir.write("m.bin", whole.substr(0, end)), {"without its directory"});
  ZipBytes twice = checkpoint();
  twice.members.push_back(twice.members.back());
  expect_refused<InvalidInput>(dir.write("m.bin", twice.bytes()), {"is there twice"});
}

}  // namespace
}  // namespace gramian::host::test
