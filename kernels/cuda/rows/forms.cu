#include "kernels/cuda/rows/forms.hpp"

#include "kernels/cuda/rows/column_bits.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(128);
/// Factors 2^(t/16) among which a row of Form::half takes the one that rounds it best.
constexpr int kTries = 16;

/// One thread a column and 64 rows: reads of a row lie together.
constexpr int64_t kMaximaRows = 64;

__global__ void __launch_bounds__(kThreads)
    maxima_kernel(const double* rows, int64_t count, int64_t dim, unsigned long long* largest) {
  const int64_t column_blocks = (dim + kThreads - 1) / kThreads;
  const int64_t column = static_cast<int64_t>(blockIdx.x) % column_blocks * kThreads + threadIdx.x;
  const int64_t begin = static_cast<int64_t>(blockIdx.x) / column_blocks * kMaximaRows;
  if (column >= dim) return;
  double most = 0.0;
  for (int64_t r = begin; r < count && r < begin + kMaximaRows; ++r) most = fmax(most, fabs(rows[r * dim + column]));
  atomicMax(largest + column, static_cast<unsigned long long>(__double_as_longlong(most)));
}

__global__ void __launch_bounds__(kThreads)
    plain_kernel(const double* rows, int64_t count, int64_t dim, int64_t padded, const int64_t* order, double* out) {
  for (int64_t at = global_thread(); at < count * padded; at += global_threads()) {
    const int64_t k = at % padded;
    out[at] = k < dim ? rows[at / padded * dim + order[k]] : 0.0;
  }
}

/// Less than half a last place of x in fp16, another for every column, so that what rounding loses has no pattern. None
/// where a last place is more than 1/2: there rounding leaves the large part.
__device__ double dither(double x, int64_t column) {
  int exponent = 0;
  frexp(x, &exponent);
  constexpr int kDigits = 11;  // of fp16
  constexpr int kLeastPlace = -24;
  const int place = exponent - kDigits > kLeastPlace ? exponent - kDigits : kLeastPlace;
  if (place > -1) return 0.0;
  return ldexp(static_cast<double>(column_bits(column) >> 11) * 0x1p-53 - 0.5, place);
}

/// One warp a row.
__global__ void __launch_bounds__(kThreads) split_kernel(const double* rows, int64_t count, int64_t dim, int64_t padded,
                                                         const int64_t* order, __half* out, float* scale) {
  const auto lane = static_cast<int64_t>(threadIdx.x % kWarp);
  for (int64_t r = global_thread() / kWarp; r < count; r += global_threads() / kWarp) {
    __half* const row = out + r * 5 * padded;
    double square = 0.0;
    for (int64_t k = lane; k < padded; k += kWarp) {
      const double x = k < dim ? rows[r * dim + order[k]] * kSplitScale : 0.0;
      const __half high = __double2half(rint(x));
      const double left = x - static_cast<double>(__half2float(high));
      const __half low = __double2half(left);
      const double both = static_cast<double>(__half2float(high)) + 0.5 * static_cast<double>(__half2float(low));
      const __half mixed = __double2half(both + (k < dim ? dither(both, order[k]) : 0.0));
      const double value = static_cast<double>(__half2float(high)) + static_cast<double>(__half2float(low));
      square += value * value;
      row[2 * k] = low;
      row[2 * k + 1] = mixed;
      row[2 * padded + 2 * k] = mixed;
      row[2 * padded + 2 * k + 1] = low;
      row[4 * padded + k] = high;
    }
    square = warp_sum(square);
    if (lane == 0) scale[r] = static_cast<float>(kSplitScale / sqrt(square));
  }
}

/// One warp a row. Whatever the factor, the rounded row is scaled back to length 1, so only its direction counts; rows
/// that few large entries rule profit most from the choice.
__global__ void __launch_bounds__(kThreads, 1)
    half_kernel(const double* rows, int64_t count, int64_t dim, int64_t padded, const int64_t* order, __half* out,
                float* scale) {
  const auto lane = static_cast<int64_t>(threadIdx.x % kWarp);
  for (int64_t r = global_thread() / kWarp; r < count; r += global_threads() / kWarp) {
    const double* const row = rows + r * dim;
    double best = 0.0;
    double factor = 1.0;
    for (int t = 0; t < kTries; ++t) {
      const double tried = exp2(static_cast<double>(t) / kTries);
      const double inverse = 1.0 / tried;
      double error = 0.0;
      for (int64_t k = lane; k < dim; k += kWarp) {
        const double off = static_cast<double>(__half2float(__double2half(row[k] * tried))) * inverse - row[k];
        error += off * off;
      }
      error = warp_sum(error);
      if (t == 0 || error < best) {
        best = error;
        factor = tried;
      }
    }
    double square = 0.0;
    for (int64_t k = lane; k < padded; k += kWarp) {
      const __half q = __double2half(k < dim ? row[order[k]] * factor : 0.0);
      const auto value = static_cast<double>(__half2float(q));
      square += value * value;
      out[r * padded + k] = q;
    }
    square = warp_sum(square);
    if (lane == 0) scale[r] = static_cast<float>(1.0 / sqrt(square));
  }
}

}  // namespace

FormLayout::FormLayout(Form f, int64_t d)
    : form(f),
      dim(d),
      padded(f == Form::f64 ? (d + 7) / 8 * 8 : (d + 63) / 64 * 64),
      elements(f == Form::split || f == Form::int8 ? 5 * padded : padded),
      bytes(elements * (f == Form::f64    ? 8
                        : f == Form::int8 ? 1
                                          : 2)) {}

void column_maxima(const double* rows, int64_t count, int64_t dim, unsigned long long* largest, cudaStream_t stream) {
  const int64_t column_blocks = (dim + kThreads - 1) / kThreads;
  const int64_t row_blocks = (count + kMaximaRows - 1) / kMaximaRows;
  launch(maxima_kernel, {column_blocks * row_blocks, kThreads}, stream, rows, count, dim, largest);
}

void convert_rows(const double* rows, int64_t count, const FormLayout& layout, const int64_t* order, void* out,
                  float* scale, cudaStream_t stream) {
  const LaunchConfig flat{blocks_for(count * layout.padded, kThreads), kThreads};
  switch (layout.form) {
    case Form::f64:
      launch(plain_kernel, flat, stream, rows, count, layout.dim, layout.padded, order, static_cast<double*>(out));
      break;
    case Form::split:
      launch(split_kernel, {blocks_for(count * kWarp, kThreads), kThreads}, stream, rows, count, layout.dim,
             layout.padded, order, static_cast<__half*>(out), scale);
      break;
    case Form::half:
      launch(half_kernel, {blocks_for(count * kWarp, kThreads), kThreads}, stream, rows, count, layout.dim,
             layout.padded, order, static_cast<__half*>(out), scale);
      break;
    case Form::int8:
      break;  // rotated before it is rounded: slices.hpp
  }
}

}  // namespace gramian::cuda
