#include "tests/support/sliced_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace gramian::testing {
namespace {

constexpr int64_t kLanes = 32;

/// As a warp sums: element k belongs to lane k % 32, and halves of the lanes are added to each other.
double length_of(const double* row, int64_t d) {
  double lanes[kLanes] = {};
  for (int64_t k = 0; k < d; ++k) lanes[k % kLanes] = std::fma(row[k], row[k], lanes[k % kLanes]);
  for (int64_t half = kLanes / 2; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; ++l) lanes[l] += lanes[l + half];
  }
  return std::sqrt(lanes[0]);
}

bool turns_negative(int64_t column) {
  uint64_t bits = static_cast<uint64_t>(column) * 0x9e3779b97f4a7c15u + 0x632be59bd9b4e019u;
  bits = (bits ^ bits >> 29) * 0xbf58476d1ce4e5b9u;
  return ((bits ^ bits >> 32) >> 63) != 0;
}

/// Butterflies of neighbours `stride` apart.
void add_and_subtract(double* block, int64_t size, int64_t stride) {
  for (int64_t k = 0; k < size; ++k) {
    if ((k / stride) % 2 != 0) continue;
    const double x = block[k];
    const double y = block[k + stride];
    block[k] = x + y;
    block[k + stride] = x - y;
  }
}

void change_signs(std::vector<double>& row) {
  for (size_t k = 0; k < row.size(); ++k) {
    if (turns_negative(static_cast<int64_t>(k))) row[k] = -row[k];
  }
}

/// Times Hadamard matrices, which are symmetric.
void mix(std::vector<double>& row) {
  const auto depth = static_cast<int64_t>(row.size());
  for (int64_t begin = 0; begin < depth;) {
    const int64_t size = depth - begin >= 256 ? 256 : 64;
    double* const block = row.data() + begin;
    for (int64_t stride = kLanes; stride < size; stride *= 2) add_and_subtract(block, size, stride);
    for (int64_t stride = 1; stride < kLanes; stride *= 2) add_and_subtract(block, size, stride);
    for (int64_t k = 0; k < size; ++k) block[k] /= std::sqrt(static_cast<double>(size));
    begin += size;
  }
}

double factor_of(const std::vector<double>& row) {
  double largest = 0.0;
  for (const double x : row) largest = std::max(largest, std::abs(x));
  const double most = 127.0 * 65536.0 / largest;
  const double power = std::exp2(std::floor(std::log2(most)));
  return std::ranges::all_of(row, [&](double x) { return std::floor(x * power) == x * power; }) ? power : most;
}

}  // namespace

SlicedRows::SlicedRows(const oracle::Table& rows)
    : depth_((rows.cols + 63) / 64 * 64), slices_(static_cast<size_t>(rows.rows * 3 * depth_)) {
  for (int64_t i = 0; i < rows.rows; ++i) {
    const double* const stored = rows.values.data() + i * rows.cols;
    std::vector<double> row(static_cast<size_t>(depth_), 0.0);
    // A power of two changes no bits of what follows, and squares stay within the range of a double.
    double largest = 0.0;
    for (int64_t k = 0; k < rows.cols; ++k) largest = std::max(largest, std::abs(stored[k]));
    for (int64_t k = 0; k < rows.cols; ++k) row[static_cast<size_t>(k)] = std::ldexp(stored[k], -std::ilogb(largest));
    const double inverse = 1.0 / length_of(row.data(), rows.cols);
    for (double& x : row) x *= inverse;
    change_signs(row);
    mix(row);
    const double factor = factor_of(row);
    int64_t square = 0;
    int8_t* const slices = slices_.data() + i * 3 * depth_;
    for (int64_t k = 0; k < depth_; ++k) {
      const auto q = static_cast<int64_t>(std::nearbyint(row[static_cast<size_t>(k)] * factor));
      square += q * q;
      const int64_t high = (q + 128 * 256 + 128) >> 16;
      const int64_t rest = q - high * 65536;
      const int64_t middle = (rest + 128) >> 8;
      slices[k] = static_cast<int8_t>(high);
      slices[depth_ + k] = static_cast<int8_t>(middle);
      slices[2 * depth_ + k] = static_cast<int8_t>(rest - middle * 256);
    }
    scale_.push_back(static_cast<float>(65536.0 / std::sqrt(static_cast<double>(square))));
  }
}

oracle::Table SlicedRows::unrotated(const oracle::Table& rotated) {
  oracle::Table rows(rotated.rows, rotated.cols);
  for (int64_t i = 0; i < rows.rows; ++i) {
    std::vector<double> row(rotated.values.begin() + i * rows.cols, rotated.values.begin() + (i + 1) * rows.cols);
    mix(row);
    change_signs(row);
    std::ranges::copy(row, rows.values.begin() + i * rows.cols);
  }
  return rows;
}

float SlicedRows::cosine(int64_t i, const SlicedRows& other, int64_t j) const {
  int64_t sums[3] = {};
  for (int x = 0; x < 3; ++x) {
    for (int y = 0; x + y < 3; ++y) {
      for (int64_t k = 0; k < depth_; ++k) sums[x + y] += int64_t{slice(i, x)[k]} * int64_t{other.slice(j, y)[k]};
    }
  }
  const auto rounded = [&](int which) { return static_cast<float>(sums[which]); };
  const float product = (rounded(2) / 256.0f + rounded(1)) / 256.0f + rounded(0);
  const float scale = scale_[static_cast<size_t>(i)] * other.scale_[static_cast<size_t>(j)];
  return std::clamp(product * scale + 0.0f, -1.0f, 1.0f);
}

}  // namespace gramian::testing
