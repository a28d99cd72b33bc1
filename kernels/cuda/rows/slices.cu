#include "kernels/cuda/rows/slices.hpp"

#include <bit>
#include <cmath>

#include "kernels/cuda/rows/column_bits.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(128);
constexpr double kLargestSliced = 127.0 * 65536.0;

/// kEach columns a lane, 32 apart. Their Hadamard matrix is that of the lane's own columns times that of the lanes.
template <int kEach>
__device__ void rotate_block(const double* row, int64_t dim, int64_t begin, double* out) {
  const auto lane = static_cast<int>(threadIdx.x % kWarp);
  double x[kEach];
#pragma unroll
  for (int v = 0; v < kEach; ++v) {
    const int64_t k = begin + v * kWarp + lane;
    x[v] = k < dim ? row[k] : 0.0;
    if (column_bits(k) >> 63 != 0) x[v] = -x[v];
  }
#pragma unroll
  for (int half = 1; half < kEach; half *= 2) {
#pragma unroll
    for (int v = 0; v < kEach; ++v) {
      if ((v & half) != 0) continue;
      const double sum = x[v] + x[v + half];
      x[v + half] = x[v] - x[v + half];
      x[v] = sum;
    }
  }
#pragma unroll
  for (int lanes = 1; lanes < kWarp; lanes *= 2) {
#pragma unroll
    for (int v = 0; v < kEach; ++v) {
      const double other = __shfl_xor_sync(kFullWarp, x[v], lanes);
      x[v] = (lane & lanes) != 0 ? other - x[v] : x[v] + other;
    }
  }
  constexpr double kShrink = kEach == 8 ? 1.0 / 16.0 : 1.0 / 8.0;  // a power of two, so exact
#pragma unroll
  for (int v = 0; v < kEach; ++v) out[begin + v * kWarp + lane] = x[v] * kShrink;
}

/// One warp a row.
__global__ void __launch_bounds__(kThreads, 1)
    rotate_kernel(const double* rows, int64_t count, int64_t dim, int64_t padded, double* out) {
  for (int64_t r = global_thread() / kWarp; r < count; r += global_threads() / kWarp) {
    int64_t begin = 0;
    for (; begin + 256 <= padded; begin += 256) rotate_block<8>(rows + r * dim, dim, begin, out + r * padded);
    for (; begin < padded; begin += 64) rotate_block<2>(rows + r * dim, dim, begin, out + r * padded);
  }
}

__device__ unsigned long long warp_total(unsigned long long x) {
  for (int lanes = kWarp / 2; lanes > 0; lanes /= 2) x += __shfl_xor_sync(kFullWarp, x, lanes);
  return x;
}

/// What entries are multiplied by before they are rounded.
__device__ double factor_of(const double* row, int64_t padded, int64_t lane) {
  double largest = 0.0;
  for (int64_t k = lane; k < padded; k += kWarp) largest = fmax(largest, fabs(row[k]));
  for (int lanes = kWarp / 2; lanes > 0; lanes /= 2) {
    largest = fmax(largest, __shfl_xor_sync(kFullWarp, largest, lanes));
  }
  if (!(largest > 0.0)) return 1.0;
  const double most = kLargestSliced / largest;
  int exponent = 0;
  frexp(most, &exponent);
  const double power = ldexp(1.0, exponent - 1);
  bool whole = true;
  for (int64_t k = lane; k < padded; k += kWarp) whole = whole && rint(row[k] * power) == row[k] * power;
  return __ballot_sync(kFullWarp, !whole) == 0 ? power : most;
}

/// The last of three digits to the base 256, which is taken off `q`.
__device__ int take_digit(int& q) {
  const int digit = ((q + 128) & 255) - 128;
  q = (q - digit) / 256;
  return digit;
}

__device__ void note_largest(unsigned long long* at, double square, double length) {
  // A little more than fp64 may have rounded off.
  const double relative = sqrt(square) / length * (1.0 + 1e-9) + 1e-15;
  atomicMax(at, static_cast<unsigned long long>(__double_as_longlong(relative)));
}

/// One warp a row.
__global__ void __launch_bounds__(kThreads, 1)
    slice_kernel(const double* rows, int64_t count, int64_t padded, int8_t* out, float* scale, SliceLosses* losses) {
  const auto lane = static_cast<int64_t>(threadIdx.x % kWarp);
  for (int64_t r = global_thread() / kWarp; r < count; r += global_threads() / kWarp) {
    const double* const row = rows + r * padded;
    int8_t* const slices = out + r * 5 * padded;
    const double factor = factor_of(row, padded, lane);
    unsigned long long square = 0;
    unsigned long long middle_square = 0;
    unsigned long long low_square = 0;
    double row_square = 0.0;
    for (int64_t k = lane; k < padded; k += kWarp) {
      int q = static_cast<int>(rint(row[k] * factor));
      const auto whole = static_cast<long long>(q);
      square += static_cast<unsigned long long>(whole * whole);
      const int low = take_digit(q);
      const int middle = take_digit(q);
      low_square += static_cast<unsigned>(low * low);
      middle_square += static_cast<unsigned>(middle * middle);
      row_square += row[k] * row[k];
      slices[k] = slices[4 * padded + k] = static_cast<int8_t>(low);
      slices[padded + k] = slices[3 * padded + k] = static_cast<int8_t>(middle);
      slices[2 * padded + k] = static_cast<int8_t>(q);
    }
    const double length = sqrt(static_cast<double>(warp_total(square)));
    middle_square = warp_total(middle_square);
    low_square = warp_total(low_square);
    const double per_row = 1.0 / sqrt(warp_sum(row_square));
    const double per_length = 1.0 / length;
    double turned_square = 0.0;
    for (int64_t k = lane; k < padded; k += kWarp) {
      const double off = row[k] * per_row - rint(row[k] * factor) * per_length;
      turned_square += off * off;
    }
    turned_square = warp_sum(turned_square);
    if (lane != 0) continue;
    scale[r] = static_cast<float>(65536.0 / length);
    note_largest(&losses->turned, turned_square, 1.0);
    note_largest(&losses->middle, 65536.0 * static_cast<double>(middle_square), length);
    note_largest(&losses->low, static_cast<double>(low_square), length);
  }
}

}  // namespace

double slices_bound(const SliceLosses& losses, int64_t dim) {
  const auto turned = std::bit_cast<double>(losses.turned);
  const auto middle = std::bit_cast<double>(losses.middle);
  const auto low = std::bit_cast<double>(losses.low);
  const auto gamma = [](double roundings, double unit) { return roundings * unit / (1.0 - roundings * unit); };
  const double slices = 1.0 + 2.0 * (middle + low);
  // In fp64: a unit row's square by lanes and over them, its root, inverse and product; eight steps of the rotation,
  // each of which rounds every entry once; and the factor.
  const double in_fp64 = 2.0 * gamma(static_cast<double>((dim + 31) / 32 + 5 + 3 + 8 + 3), 0x1p-53);
  return 2.0 * turned + 2.0 * middle * low + low * low + gamma(7.0, 0x1p-24) * slices * slices + in_fp64;
}

void rotate_rows(const double* rows, int64_t count, int64_t dim, int64_t padded, double* out, cudaStream_t stream) {
  launch(rotate_kernel, {blocks_for(count * kWarp, kThreads), kThreads}, stream, rows, count, dim, padded, out);
}

void slice_rows(const double* rotated, int64_t count, int64_t padded, int8_t* out, float* scale, SliceLosses* losses,
                cudaStream_t stream) {
  launch(slice_kernel, {blocks_for(count * kWarp, kThreads), kThreads}, stream, rotated, count, padded, out, scale,
         losses);
}

}  // namespace gramian::cuda
