#include "host/formats/hdf5/dataset.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/error.hpp"

namespace gramian::host {
namespace {

std::vector<Hdf5Dataset> some() {
  Hdf5Dataset mapped{"/a/b", "f32", {3, 2}, true, ElementType::f32, Hdf5Dataset::Place::mapped, 2048};
  Hdf5Dataset text{"/names", "text", {}, true, std::nullopt, Hdf5Dataset::Place::packed, 0};
  Hdf5Dataset unreadable;
  unreadable.name = std::string("/\xff\0", 3);
  return {mapped, text, unreadable};
}

TEST(Hdf5Datasets, ComeBackAsTheyWere) {
  EXPECT_TRUE(datasets_from_bytes("x", to_bytes({})).empty());
  const auto before = some();
  const auto after = datasets_from_bytes("x", to_bytes(before));
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(after[i].name, before[i].name);
    EXPECT_EQ(after[i].dtype, before[i].dtype);
    EXPECT_EQ(after[i].shape, before[i].shape);
    EXPECT_EQ(after[i].readable, before[i].readable);
    EXPECT_EQ(after[i].type, before[i].type);
    EXPECT_EQ(after[i].place, before[i].place);
    EXPECT_EQ(after[i].offset, before[i].offset);
  }
}

// They come out of a process that a damaged file may have done anything to.
TEST(Hdf5Datasets, AreRefusedWhereTheyCannotBe) {
  const std::string whole = to_bytes(some());
  int prefixes = 0;
  for (size_t length = 0; length < whole.size(); ++length) {
    try {
      EXPECT_LT(datasets_from_bytes("x", whole.substr(0, length)).size(), some().size());
      ++prefixes;
    } catch (const InvalidInput& error) {
      EXPECT_STREQ(error.what(), "x: is an HDF5 file whose datasets are damaged; copy or download it again");
    }
  }
  EXPECT_EQ(prefixes, 3) << "those that end where a dataset does";
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const int value : {0, 1, 0x7f, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(value);
      try {
        for (const Hdf5Dataset& dataset : datasets_from_bytes("x", bytes)) {
          for (const int64_t extent : dataset.shape) EXPECT_GE(extent, 0);
          EXPECT_GE(dataset.offset, 0);
          EXPECT_LE(dataset.place, Hdf5Dataset::Place::unknown);
          EXPECT_LE(dataset.type.value_or(ElementType::u64), ElementType::u64);
        }
      } catch (const InvalidInput&) {
      }
    }
  }
}

}  // namespace
}  // namespace gramian::host
