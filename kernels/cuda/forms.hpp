#pragma once
// Transformed rows into the form that a precision's products need.

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>

namespace gramian::cuda {

/// `split`: fp16 twice, x 2^10 = high + low.
enum class Form : uint8_t { f64, f32, split, half };

/// How the row of a form lies in memory, in bytes and elements. Columns are in the order `order`, smallest largest
/// entry first, so that an outlier dimension costs no precision.
///
///   f64, f32, half   d_padded elements
///   split            2 d_padded of (low, high) pairs, 2 d_padded of (high, low) pairs, d_padded of high
///
/// The pairs meet each other in one product: low·high + high·low, neighbours in the sum, so that s_ij and s_ji are the
/// same bits.
struct FormLayout {
  FormLayout(Form form, int64_t dim);
  Form form;
  int64_t dim;
  int64_t padded;    // d rounded up to 8
  int64_t elements;  // of a row
  int64_t bytes;     // of a row
};

/// Entries are multiplied by it before they are split, and so are products by its square.
inline constexpr double kSplitScale = 1024.0;

/// max |x| of every column over `count` rows, taken into `largest` (bits of a double >= 0, which order as numbers do).
void column_maxima(const double* rows, int64_t count, int64_t dim, unsigned long long* largest, cudaStream_t stream);

/// `count` rows (leading dimension d) into `out`. `scale`, for Form::half alone, gets for every row the factor that
/// makes its rounded entries a row of length 1.
void convert_rows(const double* rows, int64_t count, const FormLayout& layout, const int64_t* order, void* out,
                  float* scale, cudaStream_t stream);

}  // namespace gramian::cuda
