// Rows of every element type, checked integers, and vocabularies.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "engine/matrix.hpp"
#include "engine/narrow.hpp"
#include "engine/vocabulary.hpp"

namespace gramian::testing {
namespace {

/// `values` in storage at `offset` bytes behind an aligned address, as one row, read back.
template <class T>
std::vector<double> read_back(const std::vector<T>& values, ElementType type, size_t offset) {
  std::vector<std::byte> bytes(offset + values.size() * sizeof(T));
  std::memcpy(bytes.data() + offset, values.data(), values.size() * sizeof(T));
  const auto count = std::ssize(values);
  const MatrixView view{bytes.data() + offset, type, 1, count, count};
  std::vector<double> out(values.size());
  read_row(view, 0, out.data());
  return out;
}

template <class T>
void expect_values(ElementType type, const std::vector<T>& values) {
  EXPECT_EQ(element_size(type), static_cast<int64_t>(sizeof(T)));
  for (const size_t offset : {0u, 1u, 3u}) {
    const std::vector<double> out = read_back(values, type, offset);
    for (size_t k = 0; k < values.size(); ++k) {
      EXPECT_EQ(out[k], static_cast<double>(values[k])) << element_name(type) << " " << k << " at " << offset;
    }
  }
}

template <class T>
std::vector<T> some() {
  using L = std::numeric_limits<T>;
  return {L::lowest(), T(0), T(1), T(7), L::max()};
}

TEST(ReadRow, WidensEveryType) {
  expect_values(ElementType::f64, some<double>());
  expect_values(ElementType::f32, std::vector<float>{-3.5f, 0.0f, std::numeric_limits<float>::denorm_min(), 1e30f});
  expect_values(ElementType::i8, some<int8_t>());
  expect_values(ElementType::u8, some<uint8_t>());
  expect_values(ElementType::i16, some<int16_t>());
  expect_values(ElementType::u16, some<uint16_t>());
  expect_values(ElementType::i32, some<int32_t>());
  expect_values(ElementType::u32, some<uint32_t>());
  expect_values(ElementType::i64, std::vector<int64_t>{-(int64_t{1} << 53), -1, 0, 5, int64_t{1} << 53});
  expect_values(ElementType::u64, std::vector<uint64_t>{0, 1, uint64_t{1} << 53});
}

TEST(ReadRow, KnowsEveryHalf) {
  std::vector<uint16_t> all(65536);
  for (size_t k = 0; k < all.size(); ++k) all[k] = static_cast<uint16_t>(k);
  const std::vector<double> out = read_back(all, ElementType::f16, 1);
  for (size_t k = 0; k < all.size(); ++k) {
    // IEEE 754: sign, 5 bits of exponent (bias 15), 10 bits of fraction.
    const double sign = k >= 32768 ? -1.0 : 1.0;
    const auto exponent = static_cast<int>(k / 1024 % 32);
    const auto fraction = static_cast<double>(k % 1024);
    if (exponent == 31) {
      EXPECT_EQ(std::isnan(out[k]), fraction != 0.0) << k;
      EXPECT_EQ(std::isinf(out[k]), fraction == 0.0) << k;
    } else {
      const double magnitude = exponent == 0 ? fraction * 0x1p-24 : (1024.0 + fraction) * std::exp2(exponent - 25);
      EXPECT_EQ(out[k], sign * magnitude) << k;
    }
    EXPECT_EQ(std::signbit(out[k]), k >= 32768) << k;
  }
  EXPECT_EQ(out[0x3c00], 1.0);
  EXPECT_EQ(out[0x7bff], 65504.0);
  EXPECT_EQ(out[0x0001], 0x1p-24);
}

TEST(ReadRow, KnowsEveryBrainFloat) {
  std::vector<uint16_t> all(65536);
  for (size_t k = 0; k < all.size(); ++k) all[k] = static_cast<uint16_t>(k);
  const std::vector<double> out = read_back(all, ElementType::bf16, 1);
  for (size_t k = 0; k < all.size(); ++k) {
    const auto exponent = static_cast<int>(k / 128 % 256);
    const auto fraction = static_cast<double>(k % 128);
    if (exponent == 255) {
      EXPECT_EQ(std::isnan(out[k]), fraction != 0.0) << k;
    } else {
      const double magnitude = exponent == 0 ? fraction * 0x1p-133 : (128.0 + fraction) * std::exp2(exponent - 134);
      EXPECT_EQ(out[k], (k >= 32768 ? -1.0 : 1.0) * magnitude) << k;
    }
  }
}

TEST(ReadRow, FollowsTheStride) {
  std::vector<float> values(20);
  for (size_t k = 0; k < values.size(); ++k) values[k] = static_cast<float>(k);
  const MatrixView view{reinterpret_cast<const std::byte*>(values.data()), ElementType::f32, 3, 2, 7};
  double out[3] = {-1.0, -1.0, -1.0};
  read_row(view, 2, out);
  EXPECT_EQ(out[0], 14.0);
  EXPECT_EQ(out[1], 15.0);
  EXPECT_EQ(out[2], -1.0);  // untouched
}

TEST(MakeMatrix, OwnsItsValues) {
  const Matrix matrix = make_matrix(std::vector<double>{1.0, 2.0, 3.0, 4.0, 5.0, 6.0}, 2, 3);
  double out[3];
  read_row(matrix.view, 1, out);
  EXPECT_EQ(out[2], 6.0);
  EXPECT_EQ(matrix.view.type, ElementType::f64);
  EXPECT_EQ(make_matrix(std::vector<float>{1.0f}, 1, 1).view.type, ElementType::f32);
  EXPECT_THROW(make_matrix(std::vector<float>(5), 2, 3), InvalidInput);
  EXPECT_THROW(make_matrix(std::vector<float>(6), -2, -3), InvalidInput);
}

TEST(Narrow, RefusesWhatDoesNotFit) {
  EXPECT_EQ(narrow<int32_t>(int64_t{2147483647}), 2147483647);
  EXPECT_THROW(narrow<int32_t>(int64_t{2147483648}), InvalidInput);
  EXPECT_THROW(narrow<uint8_t>(-1), InvalidInput);
  EXPECT_EQ(narrow<uint8_t>(255), 255);
  EXPECT_THROW(narrow<int64_t>(std::numeric_limits<uint64_t>::max()), InvalidInput);
}

TEST(CheckedProduct, RefusesOverflowAndNegativeExtents) {
  EXPECT_EQ(checked_product(2'000'000, 2'000'000, "x"), 4'000'000'000'000);
  EXPECT_EQ(checked_product(0, std::numeric_limits<int64_t>::max(), "x"), 0);
  EXPECT_EQ(checked_product(1, std::numeric_limits<int64_t>::max(), "x"), std::numeric_limits<int64_t>::max());
  EXPECT_THROW(checked_product(int64_t{1} << 32, int64_t{1} << 31, "x"), InvalidInput);
  EXPECT_THROW(checked_product(-1, 0, "x"), InvalidInput);
  EXPECT_THROW(checked_product(1, -1, "x"), InvalidInput);
}

TEST(Vocabulary, FindsTheFirstOfEqualTokens) {
  Vocabulary vocabulary;
  EXPECT_EQ(vocabulary.size(), 0);
  EXPECT_FALSE(vocabulary.find("a"));
  vocabulary.reserve(5, 20);
  vocabulary.push_back("king");
  vocabulary.push_back("");
  vocabulary.push_back("king");
  vocabulary.push_back_unnamed();
  vocabulary.push_back(std::string_view("\xff\x00 x", 4));
  EXPECT_EQ(vocabulary.size(), 5);
  EXPECT_EQ(vocabulary.find("king"), 0);
  EXPECT_EQ(vocabulary.find(""), 1);  // named by the empty token, not the row without one
  EXPECT_EQ(vocabulary.find(std::string_view("\xff\x00 x", 4)), 4);
  EXPECT_FALSE(vocabulary.find("queen"));
  EXPECT_FALSE(vocabulary.find("kin"));
  EXPECT_EQ(vocabulary[2], "king");
  EXPECT_EQ(vocabulary[3], "");
  EXPECT_EQ(vocabulary[4].size(), 4u);
  EXPECT_TRUE(vocabulary.named(1));
  EXPECT_FALSE(vocabulary.named(3));
  EXPECT_EQ(vocabulary.unnamed_count(), 1);
  // Tokens added after a search are found as well.
  vocabulary.push_back("queen");
  EXPECT_EQ(vocabulary.find("queen"), 5);
  Vocabulary unnamed;
  unnamed.push_back_unnamed();
  EXPECT_FALSE(unnamed.find(""));
}

}  // namespace
}  // namespace gramian::testing
