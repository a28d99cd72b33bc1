#pragma once
// Small kernels over panels of transformed rows: sums, row-wise products, gathers. Rows row-major; T is float or
// double.

#include <cuda_runtime.h>

#include <cstdint>

namespace gramian::cuda {

/// Rows that one partial sum of column_sums takes.
inline constexpr int64_t kSumRows = 64;

/// total[k] += Σ_r rows[r, k]. `partial` holds ceil(count / kSumRows) x dim. Always the same order of additions.
void add_column_sums(const double* rows, int64_t count, int64_t dim, double* partial, double* total,
                     cudaStream_t stream);

/// product[r] = <a_r, b_r>, distance[r] = ‖a_r − b_r‖ (unless null). A warp a row.
void row_products(const double* a, const double* b, int64_t count, int64_t dim, double* product, double* distance,
                  cudaStream_t stream);

/// out[r, :] = rows[index[r], :] weights[r]. Null `index`: row begin + r; null `weights`: 1.
template <class T>
void gather_rows(const T* rows, int64_t begin, const int64_t* index, const double* weights, int64_t count, int64_t dim,
                 T* out, cudaStream_t stream);

/// out[r, first + c] = columns[r, c], out with leading dimension ld.
template <class T>
void place_columns(const double* columns, int64_t count, int64_t width, T* out, int64_t ld, int64_t first,
                   cudaStream_t stream);

/// sum[k] += part[k].
void add_widened(const float* part, int64_t count, double* sum, cudaStream_t stream);

/// out, column-major with leading dimension ld, gets `rows` from row `first` on.
void stack_rows(const double* rows, int64_t count, int64_t dim, double* out, int64_t ld, int64_t first,
                cudaStream_t stream);
/// Zeros below the diagonal of the first `dim` rows of a column-major matrix.
void clear_below_diagonal(double* matrix, int64_t ld, int64_t dim, cudaStream_t stream);

}  // namespace gramian::cuda
