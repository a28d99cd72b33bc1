#include <zlib.h>

#include "tests/host/formats/archives/deflate.hpp"
#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

using Values = std::vector<double>;

struct Member {
  std::string name;
  std::string bytes;
  bool deflate = false;
};

std::string zip(const std::vector<Member>& members) {
  std::string file;
  std::string directory;
  for (const Member& member : members) {
    const std::string packed = member.deflate ? deflated(member.bytes, -MAX_WBITS) : member.bytes;
    const auto crc = static_cast<uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(member.bytes.data()), static_cast<uInt>(member.bytes.size())));
    const std::string fields = bytes_of<uint16_t>(20) + bytes_of<uint16_t>(0) +
                               bytes_of<uint16_t>(member.deflate ? 8 : 0) + std::string(4, '\0') + bytes_of(crc) +
                               bytes_of(static_cast<uint32_t>(packed.size())) +
                               bytes_of(static_cast<uint32_t>(member.bytes.size())) +
                               bytes_of(static_cast<uint16_t>(member.name.size())) + bytes_of<uint16_t>(0);
    directory += "PK\x01\x02" + bytes_of<uint16_t>(20) + fields + std::string(10, '\0') +
                 bytes_of(static_cast<uint32_t>(file.size())) + member.name;
    file += "PK\x03\x04" + fields + member.name + packed;
  }
  const std::string end = "PK\x05\x06" + std::string(4, '\0') + bytes_of(static_cast<uint16_t>(members.size())) +
                          bytes_of(static_cast<uint16_t>(members.size())) +
                          bytes_of(static_cast<uint32_t>(directory.size())) +
                          bytes_of(static_cast<uint32_t>(file.size())) + bytes_of<uint16_t>(0);
  return file + directory + end;
}

std::string matrix(std::vector<float> values) {
  return npy(npy_dictionary("<f4", numbered("(", std::ssize(values) / 2) + ", 2)"), bytes_of_all(values));
}

std::string list(std::vector<float> values) {
  return npy(npy_dictionary("<f4", numbered("(", std::ssize(values)) + ",)"), bytes_of_all(values));
}

TEST(Npz, OneArrayOfSeveral) {
  const TempDir dir;
  for (const bool deflate : {false, true}) {
    const auto path = dir.write("x.npz", zip({{"a.npy", matrix({1, 2, 3, 4}), deflate},
                                              {"b.npy", list({1, 2, 3}), deflate},
                                              {"c.d.npy", matrix({5, 6}), deflate},
                                              {"notes.txt", "hello", deflate}}));
    const Embedding a = open_embedding(path + "#a", std::nullopt, 1);
    EXPECT_EQ(a.format, "npz");
    EXPECT_EQ(a.tensor, "a");
    EXPECT_EQ(a.converted, deflate);
    EXPECT_EQ(values_of(a), (Values{1, 2, 3, 4}));
    ASSERT_EQ(a.tensors.size(), 3u);
    EXPECT_EQ(a.tensors[1].name, "b");
    EXPECT_EQ(a.tensors[1].dtype, "<f4");
    EXPECT_EQ(a.tensors[1].shape, (std::vector<int64_t>{3}));
    EXPECT_EQ(values_of(open_embedding(path + "#c.d.npy", std::nullopt, 1)), (Values{5, 6}));
    expect_refused<InvalidInput>(path, {"cannot be told", "a [2 x 2], c.d [1 x 2]", "#NAME"});
    expect_refused<InvalidInput>(path + "#x", {"no array 'x'", "a [2 x 2]"});
    expect_refused<InvalidInput>(path + "#b", {"#b", "1 dimensions"});
    const auto single = dir.write("y.npz", zip({{"b.npy", list({1}), deflate}, {"a.npy", matrix({1, 2}), deflate}}));
    EXPECT_EQ(open_embedding(single, std::nullopt, 1).tensor, "a");
  }
  expect_refused<InvalidInput>(dir.write("z.npz", zip({{"b.npy", list({1, 2})}})), {"no matrix"});
}

TEST(Npz, EveryPrefixIsRefusedAndNoByteBreaksIt) {
  const TempDir dir;
  for (const bool deflate : {false, true}) {
    const std::string whole = zip({{"a.npy", matrix({1, 2, 3, 4}), deflate}, {"b.npy", list({1, 2, 3}), deflate}});
    const auto values = values_of(open_embedding(dir.write("x", whole), std::nullopt, 1));
    for (size_t length = 1; length < whole.size(); ++length) {
      const auto path = dir.write("x", whole.substr(0, length));
      expect_refused<InvalidInput>(path, {path});
    }
    for (size_t i = 0; i < whole.size(); ++i) {
      for (const int value : {0, 0xff, whole[i] ^ 1, whole[i] ^ 0x80}) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(value);
        try {
          EXPECT_EQ(values_of(open_embedding(dir.write("x", damaged), std::nullopt, 1)), values) << i;
        } catch (const Error& error) {
          EXPECT_EQ(std::string_view(error.what()).find('\n'), std::string_view::npos);
        }
      }
    }
  }
}

TEST(Npz, ImpossibleSizesAskForNoMemory) {
  const TempDir dir;
  std::string file = zip({{"a.npy", matrix({1, 2, 3, 4}), true}});
  const size_t directory = file.find("PK\x01\x02");
  file.replace(directory + 24, 4, bytes_of<uint32_t>(4'000'000'000u));
  expect_refused<InvalidInput>(dir.write("x", file), {"'a.npy'", "impossible"});
}

TEST(Npz, MemoryIsBounded) {
  const TempDir dir;
  const std::string array = matrix({1, 2, 3, 4});
  const auto path = dir.write("x", zip({{"a.npy", array, true}}));
  ReadOptions options;
  options.most_memory = std::ssize(array);
  EXPECT_EQ(open_embedding(path, std::nullopt, 1, options).matrix.view.rows, 2);
  --options.most_memory;
  EXPECT_THROW(open_embedding(path, std::nullopt, 1, options), OutOfMemory);
}

}  // namespace
}  // namespace gramian::host::test
