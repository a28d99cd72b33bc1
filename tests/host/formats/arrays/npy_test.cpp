#include <cmath>

#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

const std::vector<double> kSix = {1, -2, 3, 0.5, 0, -6};
const std::vector<double> kSixWhole = {1, 2, 3, 4, 0, 6};

Embedding open_bytes(const TempDir& dir, const std::string& bytes) {
  return open_embedding(dir.write("m.npy", bytes), std::nullopt, 1);
}

template <class T>
void check_type(std::string_view kind, ElementType type, const std::vector<double>& expected) {
  const std::vector<T> values(expected.begin(), expected.end());
  const TempDir dir;
  for (const bool big_endian : {false, true}) {
    for (const bool fortran : {false, true}) {
      // 2 x 3; column by column when Fortran-ordered.
      std::vector<T> stored = values;
      if (fortran) stored = {values[0], values[3], values[1], values[4], values[2], values[5]};
      const std::string order = sizeof(T) == 1 ? "|" : big_endian ? ">" : "<";
      const auto file =
          npy(npy_dictionary(order + std::string(kind), "(2, 3)", fortran), bytes_of_all(stored, big_endian));
      const Embedding embedding = open_bytes(dir, file);
      EXPECT_EQ(embedding.format, "npy");
      EXPECT_EQ(embedding.matrix.view.type, type);
      EXPECT_EQ(embedding.matrix.view.rows, 2);
      EXPECT_EQ(embedding.matrix.view.cols, 3);
      EXPECT_EQ(values_of(embedding), expected) << kind << " big_endian=" << big_endian << " fortran=" << fortran;
    }
  }
}

TEST(Npy, EveryTypeByteOrderAndMemoryOrder) {
  check_type<double>("f8", ElementType::f64, kSix);
  check_type<float>("f4", ElementType::f32, kSix);
  check_type<int8_t>("i1", ElementType::i8, kSixWhole);
  check_type<uint8_t>("u1", ElementType::u8, kSixWhole);
  check_type<int16_t>("i2", ElementType::i16, kSixWhole);
  check_type<uint16_t>("u2", ElementType::u16, kSixWhole);
  check_type<int32_t>("i4", ElementType::i32, kSixWhole);
  check_type<uint32_t>("u4", ElementType::u32, kSixWhole);
  check_type<int64_t>("i8", ElementType::i64, kSixWhole);
  check_type<uint64_t>("u8", ElementType::u64, kSixWhole);
}

TEST(Npy, HalfAndBfloat16) {
  const TempDir dir;
  // 1, -2, 0.5, 65504 as f16; 1, -2, 0.5, 3.140625 as bf16.
  const std::vector<uint16_t> half = {0x3c00, 0xc000, 0x3800, 0x7bff};
  EXPECT_EQ(values_of(open_bytes(dir, npy(npy_dictionary("<f2", "(2, 2)"), bytes_of_all(half)))),
            (std::vector<double>{1, -2, 0.5, 65504}));
  EXPECT_EQ(values_of(open_bytes(dir, npy(npy_dictionary(">f2", "(2, 2)"), bytes_of_all(half, true)))),
            (std::vector<double>{1, -2, 0.5, 65504}));
  const std::vector<uint16_t> brain = {0x3f80, 0xc000, 0x3f00, 0x4049};
  for (const char* descr : {"|V2", "<V2"}) {
    const Embedding embedding = open_bytes(dir, npy(npy_dictionary(descr, "(2, 2)"), bytes_of_all(brain)));
    EXPECT_EQ(embedding.matrix.view.type, ElementType::bf16);
    EXPECT_EQ(values_of(embedding), (std::vector<double>{1, -2, 0.5, 3.140625}));
  }
}

TEST(Npy, LargeFortranMatrixCrossesTiles) {
  const TempDir dir;
  constexpr int64_t kRows = 130;
  constexpr int64_t kCols = 67;
  std::vector<float> stored;
  for (int64_t j = 0; j < kCols; ++j) {
    for (int64_t i = 0; i < kRows; ++i) stored.push_back(static_cast<float>(i * kCols + j));
  }
  const auto values = values_of(open_bytes(dir, npy(npy_dictionary("<f4", "(130, 67)", true), bytes_of_all(stored))));
  for (int64_t k = 0; k < kRows * kCols; ++k) ASSERT_EQ(values[static_cast<size_t>(k)], static_cast<double>(k));
}

TEST(Npy, EveryVersionAndHeaderSpelling) {
  const TempDir dir;
  const std::string data = bytes_of_all(std::vector<float>{1, 2});
  for (const int version : {1, 2, 3}) {
    EXPECT_EQ(values_of(open_bytes(dir, npy(npy_dictionary("<f4", "(1, 2)"), data, version))),
              (std::vector<double>{1, 2}));
  }
  for (const char* dictionary : {"{'shape': (2L, 1L), 'fortran_order': True, 'descr': '<f4'}",
                                 "{\"descr\":\"<f4\",\"fortran_order\":False,\"shape\":(2,1,)}"}) {
    EXPECT_EQ(open_bytes(dir, npy(dictionary, data)).matrix.view.rows, 2) << dictionary;
  }
}

TEST(Npy, RefusesOtherTypesAndRanks) {
  const TempDir dir;
  const struct {
    std::string_view descr, shape, part;
  } kCases[] = {{"|O", "(1, 2)", "pickle"},
                {"<c8", "(1, 2)", "real number"},
                {"<U4", "(1, 2)", "real number"},
                {"|b1", "(1, 2)", "real number"},
                {"f4", "(1, 2)", "number"},
                {"|f4", "(1, 2)", "byte order"},
                {"", "(1, 2)", "number"},
                {">V2", "(1, 2)", "big-endian"},
                {"<f4", "()", "0 dimensions"},
                {"<f4", "(2,)", "1 dimensions"},
                {"<f4", "(1, 1, 2)", "3 dimensions (1 x 1 x 2)"},
                {"<f4", "(0, 2)", "empty"},
                {"<f4", "(2, 0)", "empty"}};
  for (const auto& c : kCases) {
    const auto path = dir.write("m.npy", npy(npy_dictionary(c.descr, c.shape), std::string(8, '\0')));
    expect_refused<InvalidInput>(path, {path, c.part});
  }
}

TEST(Npy, RefusesDataOfAnotherSizeBeforeAllocating) {
  const TempDir dir;
  for (const char* shape : {"(1, 3)", "(1, 1)", "(4000000000, 4000000000)",
                            "(9223372036854775807, 9223372036854775807)", "(1152921504606846976, 8)"}) {
    for (const char* descr : {"<f4", ">f4"}) {
      const auto path = dir.write("m.npy", npy(npy_dictionary(descr, shape), std::string(8, '\0')));
      expect_refused<InvalidInput>(path, {path, "the header promises"});
    }
  }
}

TEST(Npy, RefusesMalformedHeaders) {
  const TempDir dir;
  for (const char* dictionary : {"", "{", "{}", "[]", "{'descr': '<f4'}",
                                 "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), 'x': 1}",
                                 "{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 2)}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2)}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2.0)}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 2)}",
                                 "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1, 2)}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)} x",
                                 "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (1, 2)}"}) {
    const auto path = dir.write("m.npy", npy(dictionary, std::string(8, '\0')));
    expect_refused<InvalidInput>(path, {path});
  }
  std::string file = npy(npy_dictionary("<f4", "(1, 2)"), std::string(8, '\0'));
  file[6] = 4;
  expect_refused<InvalidInput>(dir.write("m.npy", file), {"version 4.0", "byte 6"});
}

}  // namespace
}  // namespace gramian::host::test
