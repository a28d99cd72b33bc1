#include "host/report/vectors/values.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/error.hpp"
#include "host/report/wording.hpp"

namespace gramian::host {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

/// To `digits` significant bits, and no finer than 2^least: once, so that nothing is rounded twice.
double rounded(double value, int digits, int least) {
  if (value == 0.0 || !std::isfinite(value)) return value;
  const double step = std::ldexp(1.0, std::max(std::ilogb(value) - digits + 1, least));
  return std::nearbyint(value / step) * step;
}

template <class T>
void append_bytes(std::string& bytes, T value) {
  std::array<char, sizeof value> held{};
  std::memcpy(held.data(), &value, sizeof value);
  bytes.append(held.data(), held.size());
}

[[noreturn]] void refuse_range(double value, ElementType type) {
  throw InvalidInput("the number " + shortest(value) + " is beyond what " + std::string(element_name(type)) + " holds");
}

float to_f32(double value) {
  // What rounds to more than the largest number; converting it is not defined.
  constexpr double kBeyond = 0x1.ffffffp127;
  if (std::abs(value) >= kBeyond) refuse_range(value, ElementType::f32);
  return static_cast<float>(value);
}

}  // namespace

uint16_t f16_bits(double value) {
  constexpr int kLeast = -24;
  const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const double magnitude = std::abs(rounded(value, 11, kLeast));
  if (std::isnan(value)) return 0x7e00;
  if (magnitude > 65504.0) return static_cast<uint16_t>(sign | 0x7c00);
  if (magnitude < 0x1p-14) return static_cast<uint16_t>(sign | static_cast<uint16_t>(magnitude * 0x1p24));
  // Now an f32 whose last 13 bits are zero.
  const auto bits = std::bit_cast<uint32_t>(static_cast<float>(magnitude)) - (112u << 23);
  return static_cast<uint16_t>(sign | bits >> 13);
}

uint16_t bf16_bits(double value) {
  constexpr int kLeast = -133;
  const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const double magnitude = std::abs(rounded(value, 8, kLeast));
  if (std::isnan(value)) return 0x7fc0;
  if (magnitude > 0x1.fep127) return static_cast<uint16_t>(sign | 0x7f80);
  return static_cast<uint16_t>(sign | std::bit_cast<uint32_t>(static_cast<float>(magnitude)) >> 16);
}

void append_binary(std::string& bytes, double value, ElementType type) {
  constexpr uint16_t kInfiniteF16 = 0x7c00;
  constexpr uint16_t kInfiniteBf16 = 0x7f80;
  switch (type) {
    case ElementType::f64:
      return append_bytes(bytes, value);
    case ElementType::f16: {
      const uint16_t bits = f16_bits(value);
      if ((bits & 0x7fff) == kInfiniteF16) refuse_range(value, type);
      return append_bytes(bytes, bits);
    }
    case ElementType::bf16: {
      const uint16_t bits = bf16_bits(value);
      if ((bits & 0x7fff) == kInfiniteBf16) refuse_range(value, type);
      return append_bytes(bytes, bits);
    }
    default:
      return append_bytes(bytes, to_f32(value));
  }
}

void append_decimal(std::string& text, double value, ElementType type) {
  std::array<char, 32> digits{};
  const auto written = type == ElementType::f64
                           ? std::to_chars(digits.data(), digits.data() + digits.size(), value)
                           : std::to_chars(digits.data(), digits.data() + digits.size(), to_f32(value));
  text.append(digits.data(), written.ptr);
}

}  // namespace gramian::host
