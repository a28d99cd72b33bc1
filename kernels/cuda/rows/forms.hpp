#pragma once
// Transformed rows into the form that a precision's products need.

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>

namespace gramian::cuda {

/// `split`: fp16 twice, x 2^12 = high + low with high a whole number. Tensor cores cut the products of a group where
/// they align them, and always towards 0 (Fasi et al., PeerJ CS 7:e330, 2021); whole numbers below 2^24 they cannot
/// cut, so the sums of high·high are exact in whatever order and groups. The other three products are two:
///
///   (high + low/2)·low' + low·(high' + low'/2) = high·low' + low·high' + low·low'
///
/// The error of rounding the mixed part, high + low/2, to fp16 has a pattern where entries are equal, which adds up
/// over a row; a dither of less than half a last place takes the pattern away.
enum class Form : uint8_t { f64, split, half };

/// How the row of a form lies in memory, in bytes and elements. Columns are in the order `order`, smallest largest
/// entry first, so that an outlier dimension costs no precision.
///
///   f64, half   d_padded elements
///   split       2 d_padded of (low, mixed) pairs, 2 d_padded of (mixed, low) pairs, d_padded of high
///
/// The pairs meet each other in one product: low·mixed + mixed·low, neighbours in the sum, so that s_ij and s_ji are
/// the same bits. What follows them meets itself: high·high.
struct FormLayout {
  FormLayout(Form form, int64_t dim);
  Form form;
  int64_t dim;
  int64_t padded;    // d rounded up to 8, on tensor cores to 64: a remainder is summed in an order of its own
  int64_t elements;  // of a row
  int64_t bytes;     // of a row
};

/// Entries are multiplied by it before they are split, and so are products by its square.
inline constexpr double kSplitScale = 4096.0;

/// max |x| of every column over `count` rows, taken into `largest` (bits of a double >= 0, which order as numbers do).
void column_maxima(const double* rows, int64_t count, int64_t dim, unsigned long long* largest, cudaStream_t stream);

/// Whether rows of the form have factors.
constexpr bool has_scale(Form form) { return form == Form::split || form == Form::half; }

/// What converting a row has cost, measured in fp64 (error_bounds.hpp). `low` and what follows it are of Form::split.
struct RowErrors {
  double removed = 0.0;      // |x - q|, q what became of x, scaled to length 1
  double low = 0.0;          // length of the low parts
  double mixed_off = 0.0;    // of mixed - (high + low/2)
  double high_square = 0.0;  // of the high parts, exactly
};

/// `count` rows of length 1 (leading dimension d) into `out`. For forms that have them, `scale` gets for every row the
/// factor that makes its rounded entries a row of length 1, and `errors` what that has cost. A row of Form::split whose
/// high parts come out longer than 2^12 is made so much shorter that they do not: its factor makes up for it.
void convert_rows(const double* rows, int64_t count, const FormLayout& layout, const int64_t* order, void* out,
                  float* scale, RowErrors* errors, cudaStream_t stream);

}  // namespace gramian::cuda
