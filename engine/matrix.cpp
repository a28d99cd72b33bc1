#include "engine/matrix.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "engine/narrow.hpp"

namespace gramian {
namespace {

template <class T>
T load(const std::byte* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

double from_half(uint16_t h) {
  const uint32_t sign = static_cast<uint32_t>(h & 0x8000u) << 16;
  const uint32_t exponent = (h >> 10) & 0x1fu;
  const uint32_t mantissa = h & 0x3ffu;
  if (exponent == 0) {
    const double magnitude = std::ldexp(static_cast<double>(mantissa), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  if (exponent == 31) {
    return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

template <class T>
void widen(const std::byte* p, int64_t count, double* out) {
  for (int64_t k = 0; k < count; ++k) {
    out[k] = static_cast<double>(load<T>(p + k * static_cast<int64_t>(sizeof(T))));
  }
}

}  // namespace

int64_t element_size(ElementType type) {
  switch (type) {
    case ElementType::f64:
    case ElementType::i64:
    case ElementType::u64:
      return 8;
    case ElementType::f32:
    case ElementType::i32:
    case ElementType::u32:
      return 4;
    case ElementType::f16:
    case ElementType::bf16:
    case ElementType::i16:
    case ElementType::u16:
      return 2;
    case ElementType::i8:
    case ElementType::u8:
      return 1;
  }
  return 0;
}

std::string_view element_name(ElementType type) {
  switch (type) {
    case ElementType::f64:
      return "f64";
    case ElementType::f32:
      return "f32";
    case ElementType::f16:
      return "f16";
    case ElementType::bf16:
      return "bf16";
    case ElementType::i8:
      return "i8";
    case ElementType::u8:
      return "u8";
    case ElementType::i16:
      return "i16";
    case ElementType::u16:
      return "u16";
    case ElementType::i32:
      return "i32";
    case ElementType::u32:
      return "u32";
    case ElementType::i64:
      return "i64";
    case ElementType::u64:
      return "u64";
  }
  return "?";
}

void read_row(const MatrixView& view, int64_t row, double* out) {
  const std::byte* p = row_on_host(view, row);
  switch (view.type) {
    case ElementType::f64:
      widen<double>(p, view.cols, out);
      return;
    case ElementType::f32:
      widen<float>(p, view.cols, out);
      return;
    case ElementType::f16:
      for (int64_t k = 0; k < view.cols; ++k) out[k] = from_half(load<uint16_t>(p + 2 * k));
      return;
    case ElementType::bf16:
      for (int64_t k = 0; k < view.cols; ++k) {
        out[k] = std::bit_cast<float>(static_cast<uint32_t>(load<uint16_t>(p + 2 * k)) << 16);
      }
      return;
    case ElementType::i8:
      widen<int8_t>(p, view.cols, out);
      return;
    case ElementType::u8:
      widen<uint8_t>(p, view.cols, out);
      return;
    case ElementType::i16:
      widen<int16_t>(p, view.cols, out);
      return;
    case ElementType::u16:
      widen<uint16_t>(p, view.cols, out);
      return;
    case ElementType::i32:
      widen<int32_t>(p, view.cols, out);
      return;
    case ElementType::u32:
      widen<uint32_t>(p, view.cols, out);
      return;
    case ElementType::i64:
      widen<int64_t>(p, view.cols, out);
      return;
    case ElementType::u64:
      widen<uint64_t>(p, view.cols, out);
      return;
  }
}

namespace {

template <class T>
Matrix own(std::vector<T> values, ElementType type, int64_t rows, int64_t cols) {
  if (checked_product(rows, cols, "matrix") != std::ssize(values)) {
    throw InvalidInput("a matrix of " + std::to_string(rows) + " x " + std::to_string(cols) + " needs " +
                       std::to_string(rows * cols) + " values, not " + std::to_string(values.size()));
  }
  auto owner = std::make_shared<const std::vector<T>>(std::move(values));
  MatrixView view{reinterpret_cast<const std::byte*>(owner->data()), type, rows, cols, cols};
  return {view, std::move(owner)};
}

}  // namespace

Matrix make_matrix(std::vector<float> values, int64_t rows, int64_t cols) {
  return own(std::move(values), ElementType::f32, rows, cols);
}

Matrix make_matrix(std::vector<double> values, int64_t rows, int64_t cols) {
  return own(std::move(values), ElementType::f64, rows, cols);
}

double safe_norm(std::span<const double> x) {
  double sum = 0.0;
  for (const double value : x) sum = std::hypot(sum, value);
  return sum;
}

double norm(std::span<const double> x) {
  double sum = 0.0;
  for (const double value : x) sum += value * value;
  return std::sqrt(sum);
}

double trace(const DenseMatrix& matrix) {
  double sum = 0.0;
  for (int64_t k = 0; k < matrix.rows; ++k) sum += matrix(k, k);
  return sum;
}

double frobenius_squared(const DenseMatrix& matrix) {
  double sum = 0.0;
  for (const double x : matrix.values) sum += x * x;
  return sum;
}

}  // namespace gramian
