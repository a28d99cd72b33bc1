#include "tests/support/data.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

#include "tests/support/random.hpp"

namespace gramian::testing {
namespace {

using oracle::Table;

/// x rounded to `bits` significant bits with exponents down to 2^smallest; as a double.
double rounded(double x, int bits, int smallest) {
  if (x == 0.0 || !std::isfinite(x)) return x;
  const int unit = std::max(std::ilogb(x) - bits + 1, smallest - bits + 1);
  return std::ldexp(std::nearbyint(std::ldexp(x, -unit)), unit);
}

/// The 16 bits of a number that f16 holds exactly.
uint16_t half_bits(double x) {
  const auto sign = static_cast<uint16_t>(std::signbit(x) ? 0x8000u : 0u);
  const double magnitude = std::abs(x);
  if (magnitude < 0x1p-14) return static_cast<uint16_t>(sign | static_cast<uint16_t>(std::ldexp(magnitude, 24)));
  const int exponent = std::ilogb(magnitude);
  const auto mantissa = static_cast<uint16_t>(std::ldexp(magnitude, 10 - exponent) - 1024.0);
  return static_cast<uint16_t>(sign | static_cast<uint16_t>((exponent + 15) << 10) | mantissa);
}

}  // namespace

Table gaussian(int64_t n, int64_t d, uint64_t seed) {
  Random random(seed);
  Table table(n, d);
  for (double& x : table.values) x = random.gaussian();
  return table;
}

Table with_mean_cosine(int64_t n, int64_t d, double cosine, uint64_t seed) {
  Table table = gaussian(n, d, seed);
  const Table common = oracle::unit_rows(gaussian(1, d, seed + 1));
  const double noise = std::sqrt((1.0 - cosine) / static_cast<double>(d));
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < d; ++k) table.at(i, k) = noise * table.at(i, k) + std::sqrt(cosine) * common.at(0, k);
  }
  return table;
}

Table outlier_dimensions(int64_t n, int64_t d, uint64_t seed) {
  Table table = gaussian(n, d, seed);
  const int64_t outliers = d < 3 ? 1 : 2;
  for (int64_t i = 0; i < n; ++i) {
    double rest = 0.0;
    for (int64_t k = outliers; k < d; ++k) rest += table.at(i, k) * table.at(i, k);
    if (d == 1) rest = 1.0;
    const double each = std::sqrt(9.0 * rest / static_cast<double>(outliers));
    // The first outlier has the same sign everywhere, the second either.
    table.at(i, 0) = each;
    if (outliers == 2) table.at(i, d / 2) = std::copysign(each, table.at(i, d / 2));
  }
  return table;
}

Table identical(int64_t n, int64_t d, uint64_t seed) {
  const Table one = gaussian(1, d, seed);
  Table table(n, d);
  for (int64_t i = 0; i < n; ++i) std::copy(one.values.begin(), one.values.end(), table.values.begin() + i * d);
  return table;
}

Table duplicates(int64_t n, int64_t d, uint64_t seed) {
  Table table = gaussian(n, d, seed);
  for (int64_t i = 2; i < n; i += 3) {
    for (int64_t k = 0; k < d; ++k) table.at(i, k) = table.at(i / 2, k);
  }
  return table;
}

Table binary(int64_t n, int64_t d, uint64_t seed) {
  Random random(seed);
  Table table(n, d);
  for (int64_t i = 0; i < n; ++i) {
    // Row 0 and half of the others without a -1 at all.
    for (int64_t k = 0; k < d; ++k) table.at(i, k) = i % 2 == 1 && random.uniform() < 0.02 ? -1.0 : 1.0;
  }
  return table;
}

Table lattice(int64_t n, uint64_t seed) {
  Random random(seed);
  Table table(n, 16);
  for (double& x : table.values) x = random.uniform() < 0.5 ? -1.0 : 1.0;
  return table;
}

Table scaled(Table table, double factor) {
  for (double& x : table.values) x *= factor;
  return table;
}

Table selected(const Table& table, const std::vector<int64_t>& rows) {
  Table result(std::ssize(rows), table.cols);
  for (int64_t i = 0; i < result.rows; ++i) {
    for (int64_t k = 0; k < table.cols; ++k) result.at(i, k) = table.at(rows[static_cast<size_t>(i)], k);
  }
  return result;
}

Table rotated(const Table& table, uint64_t seed) {
  const int64_t d = table.cols;
  Table q = gaussian(d, d, seed);
  for (int64_t i = 0; i < d; ++i) {
    for (int pass = 0; pass < 2; ++pass) {
      for (int64_t j = 0; j < i; ++j) {
        long double along = 0;
        for (int64_t k = 0; k < d; ++k) along += static_cast<long double>(q.at(i, k)) * q.at(j, k);
        for (int64_t k = 0; k < d; ++k) q.at(i, k) -= static_cast<double>(along * q.at(j, k));
      }
    }
    long double square = 0;
    for (int64_t k = 0; k < d; ++k) square += static_cast<long double>(q.at(i, k)) * q.at(i, k);
    for (int64_t k = 0; k < d; ++k) q.at(i, k) = static_cast<double>(q.at(i, k) / std::sqrt(square));
  }
  Table result(table.rows, d);
  for (int64_t i = 0; i < table.rows; ++i) {
    for (int64_t c = 0; c < d; ++c) {
      long double sum = 0;
      for (int64_t k = 0; k < d; ++k) sum += static_cast<long double>(table.at(i, k)) * q.at(k, c);
      result.at(i, c) = static_cast<double>(sum);
    }
  }
  return result;
}

Table with_constant_column(const Table& table, double column) {
  const Table unit = oracle::unit_rows(table);
  Table result(table.rows, table.cols + 1);
  for (int64_t i = 0; i < table.rows; ++i) {
    for (int64_t k = 0; k < table.cols; ++k) result.at(i, k) = unit.at(i, k);
    result.at(i, table.cols) = column;
  }
  return result;
}

Stored store(const Table& table, ElementType type) {
  Stored stored;
  stored.exact = table;
  const int64_t size = element_size(type);
  auto bytes = std::make_shared<std::vector<std::byte>>(table.values.size() * static_cast<size_t>(size));
  for (size_t k = 0; k < table.values.size(); ++k) {
    double& x = stored.exact.values[k];
    std::byte* out = bytes->data() + k * static_cast<size_t>(size);
    switch (type) {
      case ElementType::f32: {
        const auto narrow = static_cast<float>(x);
        x = static_cast<double>(narrow);
        std::memcpy(out, &narrow, sizeof narrow);
        break;
      }
      case ElementType::f16: {
        x = rounded(x, 11, -14);
        const uint16_t bits = half_bits(x);
        std::memcpy(out, &bits, sizeof bits);
        break;
      }
      case ElementType::bf16: {
        x = rounded(x, 8, -126);
        const auto bits = static_cast<uint16_t>(std::bit_cast<uint32_t>(static_cast<float>(x)) >> 16);
        std::memcpy(out, &bits, sizeof bits);
        break;
      }
      default:
        std::memcpy(out, &x, sizeof x);
        break;
    }
  }
  stored.matrix.view = {bytes->data(), type, table.rows, table.cols, table.cols};
  stored.matrix.owner = std::move(bytes);
  return stored;
}

const std::vector<Generator>& generators() {
  using enum ElementType;
  static const std::vector<Generator> all = {
      {"gaussian", [](int64_t n, int64_t d, uint64_t seed) { return store(gaussian(n, d, seed), f32); }},
      {"mean_0.3", [](int64_t n, int64_t d, uint64_t seed) { return store(with_mean_cosine(n, d, 0.3, seed), f32); }},
      {"mean_0.6", [](int64_t n, int64_t d, uint64_t seed) { return store(with_mean_cosine(n, d, 0.6, seed), f32); }},
      {"mean_0.99", [](int64_t n, int64_t d, uint64_t seed) { return store(with_mean_cosine(n, d, 0.99, seed), f32); }},
      {"outliers", [](int64_t n, int64_t d, uint64_t seed) { return store(outlier_dimensions(n, d, seed), f32); }},
      {"identical", [](int64_t n, int64_t d, uint64_t seed) { return store(identical(n, d, seed), f32); }},
      {"duplicates", [](int64_t n, int64_t d, uint64_t seed) { return store(duplicates(n, d, seed), f64); }},
      {"binary", [](int64_t n, int64_t d, uint64_t seed) { return store(binary(n, d, seed), f32); }},
      {"tiny", [](int64_t n, int64_t d, uint64_t seed) { return store(scaled(gaussian(n, d, seed), 1e-200), f64); }},
      {"huge", [](int64_t n, int64_t d, uint64_t seed) { return store(scaled(gaussian(n, d, seed), 1e200), f64); }},
      {"f16", [](int64_t n, int64_t d, uint64_t seed) { return store(gaussian(n, d, seed), f16); }},
      {"bf16", [](int64_t n, int64_t d, uint64_t seed) { return store(gaussian(n, d, seed), bf16); }},
  };
  return all;
}

}  // namespace gramian::testing
