#include "kernels/cuda/rows/forms.hpp"

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
  // Any hash of the column does.
  auto bits = static_cast<uint64_t>(column) * 0x9e3779b97f4a7c15u + 0x632be59bd9b4e019u;
  bits ^= bits >> 29;
  bits *= 0xbf58476d1ce4e5b9u;
  bits ^= bits >> 32;
  return ldexp(static_cast<double>(bits >> 11) * 0x1p-53 - 0.5, place);
}

/// The two parts of x, and the mixed one.
struct Parts {
  __half high, low, mixed;
  __device__ double value() const {
    return static_cast<double>(__half2float(high)) + static_cast<double>(__half2float(low));
  }
};

__device__ Parts parts_of(double x, int64_t column) {
  const __half high = __double2half(rint(x));
  const __half low = __double2half(x - static_cast<double>(__half2float(high)));
  const double both = static_cast<double>(__half2float(high)) + 0.5 * static_cast<double>(__half2float(low));
  return {high, low, __double2half(both + (column >= 0 ? dither(both, column) : 0.0))};
}

/// Σ high² of the row times `scale`.
__device__ double high_square(const double* row, int64_t dim, double scale, int64_t lane) {
  double square = 0.0;
  for (int64_t k = lane; k < dim; k += kWarp) {
    const auto high = static_cast<double>(__half2float(__double2half(rint(row[k] * scale))));
    square += high * high;
  }
  return warp_sum(square);
}

/// One warp a row.
__global__ void __launch_bounds__(kThreads, 1)
    split_kernel(const double* rows, int64_t count, int64_t dim, int64_t padded, const int64_t* order, __half* out,
                 float* scale, RowErrors* errors) {
  const auto lane = static_cast<int64_t>(threadIdx.x % kWarp);
  for (int64_t r = global_thread() / kWarp; r < count; r += global_threads() / kWarp) {
    const double* const row = rows + r * dim;
    __half* const parts = out + r * 5 * padded;
    // Sums of whole numbers are exact up to 2^24 and no further. Rounding makes a row longer by sqrt(d/4 + 9) at most:
    // 1/2 an entry, and 3/2 for the four that may be 2048 or more, where fp16 has even numbers alone.
    double stretched = kSplitScale;
    double high = high_square(row, dim, stretched, lane);
    if (high > kSplitScale * kSplitScale) {
      stretched = kSplitScale - sqrt(0.25 * static_cast<double>(dim) + 9.0) - 0.5;
      high = high_square(row, dim, stretched, lane);
    }
    double square = 0.0;
    for (int64_t k = lane; k < padded; k += kWarp) {
      const int64_t column = k < dim ? order[k] : -1;
      const Parts each = parts_of(k < dim ? row[column] * stretched : 0.0, column);
      const double value = each.value();
      square += value * value;
      parts[2 * k] = each.low;
      parts[2 * k + 1] = each.mixed;
      parts[2 * padded + 2 * k] = each.mixed;
      parts[2 * padded + 2 * k + 1] = each.low;
      parts[4 * padded + k] = each.high;
    }
    square = warp_sum(square);
    const double inverse = 1.0 / sqrt(square);
    double removed = 0.0;
    double low = 0.0;
    double off = 0.0;
    for (int64_t k = lane; k < dim; k += kWarp) {
      const Parts each = parts_of(row[order[k]] * stretched, order[k]);
      const double value = each.value();
      const auto low_part = static_cast<double>(__half2float(each.low));
      const double from_row = value * inverse - row[order[k]];
      const double from_mixed = static_cast<double>(__half2float(each.mixed)) - (value - 0.5 * low_part);
      removed += from_row * from_row;
      low += low_part * low_part;
      off += from_mixed * from_mixed;
    }
    removed = warp_sum(removed);
    low = warp_sum(low);
    off = warp_sum(off);
    if (lane != 0) continue;
    scale[r] = static_cast<float>(kSplitScale * inverse);
    errors[r] = {sqrt(removed), sqrt(low), sqrt(off), high};
  }
}

/// One warp a row. Whatever the factor, the rounded row is scaled back to length 1, so only its direction counts; rows
/// that few large entries rule profit most from the choice.
__global__ void __launch_bounds__(kThreads, 1)
    half_kernel(const double* rows, int64_t count, int64_t dim, int64_t padded, const int64_t* order, __half* out,
                float* scale, RowErrors* errors) {
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
    const double inverse = 1.0 / sqrt(square);
    double removed = 0.0;
    for (int64_t k = lane; k < dim; k += kWarp) {
      const double off = static_cast<double>(__half2float(__double2half(row[k] * factor))) * inverse - row[k];
      removed += off * off;
    }
    removed = warp_sum(removed);
    if (lane != 0) continue;
    scale[r] = static_cast<float>(inverse);
    errors[r] = {sqrt(removed), 0.0, 0.0, 0.0};
  }
}

}  // namespace

FormLayout::FormLayout(Form f, int64_t d)
    : form(f),
      dim(d),
      padded(f == Form::f64 ? (d + 7) / 8 * 8 : (d + 63) / 64 * 64),
      elements(f == Form::split ? 5 * padded : padded),
      bytes(elements * (f == Form::f64 ? 8 : 2)) {}

void column_maxima(const double* rows, int64_t count, int64_t dim, unsigned long long* largest, cudaStream_t stream) {
  const int64_t column_blocks = (dim + kThreads - 1) / kThreads;
  const int64_t row_blocks = (count + kMaximaRows - 1) / kMaximaRows;
  launch(maxima_kernel, {column_blocks * row_blocks, kThreads}, stream, rows, count, dim, largest);
}

void convert_rows(const double* rows, int64_t count, const FormLayout& layout, const int64_t* order, void* out,
                  float* scale, RowErrors* errors, cudaStream_t stream) {
  const LaunchConfig flat{blocks_for(count * layout.padded, kThreads), kThreads};
  switch (layout.form) {
    case Form::f64:
      launch(plain_kernel, flat, stream, rows, count, layout.dim, layout.padded, order, static_cast<double*>(out));
      break;
    case Form::split:
      launch(split_kernel, {blocks_for(count * kWarp, kThreads), kThreads}, stream, rows, count, layout.dim,
             layout.padded, order, static_cast<__half*>(out), scale, errors);
      break;
    case Form::half:
      launch(half_kernel, {blocks_for(count * kWarp, kThreads), kThreads}, stream, rows, count, layout.dim,
             layout.padded, order, static_cast<__half*>(out), scale, errors);
      break;
  }
}

}  // namespace gramian::cuda
