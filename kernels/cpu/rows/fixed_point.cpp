#include "kernels/cpu/rows/fixed_point.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/cpu/isa/panel_size.hpp"

namespace gramian::cpu {
namespace {

constexpr double kLargestInt16 = 32767.0;
/// Length of a link's entries, so that no sum of products within it leaves 31 bits (Cauchy, Schwarz).
constexpr double kLinkLength = 46340.0;
/// For what fp64 rounds when a factor is found.
constexpr double kSlightlyLess = 1.0 - 1e-9;

/// ‖row - rounded/√square‖.
double turned_by(const std::vector<double>& row, const std::vector<double>& rounded, double square) {
  const double scale = 1.0 / std::sqrt(square);
  double sums[4] = {};
  for (size_t k = 0; k < row.size(); ++k) {
    const double off = row[k] - rounded[k] * scale;
    sums[k % 4] += off * off;
  }
  return std::sqrt((sums[0] + sums[1]) + (sums[2] + sums[3])) * (1.0 + 1e-9) + 1e-15;
}

/// At most `most`. A row that a power of two makes whole numbers of loses nothing, not even in the fp32 scale.
double exact_factor(const std::vector<double>& row, double most) {
  const double power = std::exp2(std::floor(std::log2(most)));
  const bool whole = std::ranges::all_of(row, [&](double x) { return std::nearbyint(x * power) == x * power; });
  return whole ? power : most;
}

/// What entries are multiplied by before they are rounded: as much as their largest and every link's length allow.
double int16_factor(const std::vector<double>& row) {
  constexpr int64_t kTerms = 2 * kFixedLink;
  double largest = 0.0;
  double longest = 0.0;
  for (int64_t begin = 0; begin < std::ssize(row); begin += kTerms) {
    double square = 0.0;
    for (int64_t k = begin; k < std::min(std::ssize(row), begin + kTerms); ++k) {
      const double x = std::abs(row[static_cast<size_t>(k)]);
      largest = std::max(largest, x);
      square += x * x;
    }
    longest = std::max(longest, square);
  }
  // Rounding makes a link longer by half a unit an entry at most.
  const double link = kLinkLength - 0.5 * std::sqrt(static_cast<double>(kTerms));
  return exact_factor(row, std::min(kLargestInt16 / largest, link / std::sqrt(longest)) * kSlightlyLess);
}

/// Entries times `factor`, to the nearest whole number, ties to even; at most 2^51 either way.
std::vector<double> rounded_row(const std::vector<double>& row, double factor) {
  constexpr double kWhole = 0x1.8p52;  // the sum has no room for a fraction
  std::vector<double> rounded(row.size());
  for (size_t k = 0; k < row.size(); ++k) rounded[k] = (row[k] * factor + kWhole) - kWhole;
  return rounded;
}

/// Σ x², exact: whole numbers whose squares add up to less than 2^53.
double square_of(const std::vector<double>& whole) {
  double sums[4] = {};
  for (size_t k = 0; k < whole.size(); ++k) sums[k % 4] += whole[k] * whole[k];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

IntegerRow pack_row_i16(const std::vector<double>& row, int16_t* out) {
  const std::vector<double> rounded = rounded_row(row, int16_factor(row));
  for (size_t k = 0; k < row.size(); ++k) {
    out[static_cast<int64_t>(k / 2) * 2 * kPanel + static_cast<int64_t>(k % 2)] = static_cast<int16_t>(rounded[k]);
  }
  const double square = square_of(rounded);
  IntegerRow result;
  result.scale = static_cast<float>(1.0 / std::sqrt(square));
  result.turned = turned_by(row, rounded, square);
  return result;
}

double int8_largest(int parts) { return parts == 2 ? 127.0 * 256.0 : 127.0 * 65536.0; }

int64_t int8_panel_bytes(int parts, int64_t depth) { return 2 * (kPanel / kTileRows) * depth * parts * kTileBytes; }

IntegerRow pack_row_i8(const std::vector<double>& row, int parts, int8_t* panels, int64_t index) {
  IntegerRow result;
  for (const double x : row) result.largest = std::max(result.largest, std::abs(x));
  const std::vector<double> rounded =
      rounded_row(row, exact_factor(row, int8_largest(parts) / result.largest * kSlightlyLess));
  const int64_t blocks = (std::ssize(row) + kInt8Columns - 1) / kInt8Columns;
  const int64_t side = blocks * parts * kTileBytes;
  const int64_t lane = index % kTileRows;
  int8_t* const as_rows = panels + index / kTileRows * 2 * side + lane * kInt8Columns;
  int8_t* const as_columns = panels + index / kTileRows * 2 * side + side + lane * 4;
  int64_t squares[3] = {};  // of each part
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t begin = block * kInt8Columns;
    const int64_t count = std::min(kInt8Columns, std::ssize(row) - begin);
    int32_t left[kInt8Columns] = {};
    for (int64_t k = 0; k < count; ++k) left[k] = static_cast<int32_t>(rounded[static_cast<size_t>(begin + k)]);
    for (int part = parts - 1; part >= 0; --part) {
      // The last part lies between -128 and 127; what is left is a multiple of 256.
      int8_t values[kInt8Columns];
      int32_t square = 0;
      for (int64_t k = 0; k < kInt8Columns; ++k) {
        const int32_t last = ((left[k] + 128) & 255) - 128;
        values[k] = static_cast<int8_t>(last);
        left[k] = (left[k] - last) >> 8;
        square += last * last;
      }
      squares[part] += square;
      const int64_t tile = (block * parts + part) * kTileBytes;
      std::memcpy(as_rows + tile, values, kInt8Columns);
      for (int64_t four = 0; four < kInt8Columns / 4; ++four) {
        std::memcpy(as_columns + tile + four * 64, values + four * 4, 4);
      }
    }
  }
  const double square = square_of(rounded);
  const double last_place = std::sqrt(square);
  result.scale = static_cast<float>(int8_largest(parts) / 127.0 / last_place);
  result.turned = turned_by(row, rounded, square);
  result.low = std::sqrt(static_cast<double>(squares[parts - 1])) / last_place * (1.0 + 1e-9);
  if (parts == 3) result.middle = 256.0 * std::sqrt(static_cast<double>(squares[1])) / last_place * (1.0 + 1e-9);
  return result;
}

}  // namespace gramian::cpu
