#include "kernels/cuda/rows/row_sums.hpp"

#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(256);

/// A thread a column of kSumRows rows.
__global__ void __launch_bounds__(kThreads)
    partial_sums_kernel(const double* rows, int64_t count, int64_t dim, double* partial) {
  const int64_t chunks = (count + kSumRows - 1) / kSumRows;
  for (int64_t at = global_thread(); at < chunks * dim; at += global_threads()) {
    const int64_t begin = at / dim * kSumRows;
    const int64_t end = begin + kSumRows < count ? begin + kSumRows : count;
    double sum = 0.0;
    for (int64_t r = begin; r < end; ++r) sum += rows[r * dim + at % dim];
    partial[at] = sum;
  }
}

__global__ void __launch_bounds__(kThreads)
    add_partials_kernel(const double* partial, int64_t chunks, int64_t dim, double* total) {
  for (int64_t k = global_thread(); k < dim; k += global_threads()) {
    double sum = total[k];
    for (int64_t c = 0; c < chunks; ++c) sum += partial[c * dim + k];
    total[k] = sum;
  }
}

__global__ void __launch_bounds__(kThreads) row_products_kernel(const double* a, const double* b, int64_t count,
                                                                int64_t dim, double* product, double* distance) {
  const auto lane = static_cast<int64_t>(threadIdx.x % kWarp);
  for (int64_t r = global_thread() / kWarp; r < count; r += global_threads() / kWarp) {
    double dot = 0.0;
    double square = 0.0;
    for (int64_t k = lane; k < dim; k += kWarp) {
      const double x = a[r * dim + k];
      const double y = b[r * dim + k];
      dot += x * y;
      square += (x - y) * (x - y);
    }
    dot = warp_sum(dot);
    square = warp_sum(square);
    if (lane == 0) {
      product[r] = dot;
      if (distance != nullptr) distance[r] = sqrt(square);
    }
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads) gather_kernel(const T* rows, int64_t begin, const int64_t* index,
                                                          const double* weights, int64_t count, int64_t dim, T* out) {
  for (int64_t at = global_thread(); at < count * dim; at += global_threads()) {
    const int64_t r = at / dim;
    const T x = rows[(index != nullptr ? index[r] : begin + r) * dim + at % dim];
    out[at] = weights != nullptr ? static_cast<T>(static_cast<double>(x) * weights[r]) : x;
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    place_kernel(const double* columns, int64_t count, int64_t width, T* out, int64_t ld, int64_t first) {
  for (int64_t at = global_thread(); at < count * width; at += global_threads()) {
    out[at / width * ld + first + at % width] = static_cast<T>(columns[at]);
  }
}

__global__ void __launch_bounds__(kThreads) widen_kernel(const float* part, int64_t count, double* sum) {
  for (int64_t at = global_thread(); at < count; at += global_threads()) sum[at] += static_cast<double>(part[at]);
}

__global__ void __launch_bounds__(kThreads)
    stack_kernel(const double* rows, int64_t count, int64_t dim, double* out, int64_t ld, int64_t first) {
  for (int64_t at = global_thread(); at < count * dim; at += global_threads()) {
    out[at / count * ld + first + at % count] = rows[at % count * dim + at / count];
  }
}

__global__ void __launch_bounds__(kThreads) clear_kernel(double* matrix, int64_t ld, int64_t dim) {
  for (int64_t at = global_thread(); at < dim * dim; at += global_threads()) {
    if (at % dim > at / dim) matrix[at / dim * ld + at % dim] = 0.0;
  }
}

LaunchConfig over(int64_t count) { return {blocks_for(count, kThreads), kThreads}; }

}  // namespace

void add_column_sums(const double* rows, int64_t count, int64_t dim, double* partial, double* total,
                     cudaStream_t stream) {
  const int64_t chunks = (count + kSumRows - 1) / kSumRows;
  launch(partial_sums_kernel, over(chunks * dim), stream, rows, count, dim, partial);
  launch(add_partials_kernel, over(dim), stream, partial, chunks, dim, total);
}

void row_products(const double* a, const double* b, int64_t count, int64_t dim, double* product, double* distance,
                  cudaStream_t stream) {
  launch(row_products_kernel, over(count * kWarp), stream, a, b, count, dim, product, distance);
}

template <class T>
void gather_rows(const T* rows, int64_t begin, const int64_t* index, const double* weights, int64_t count, int64_t dim,
                 T* out, cudaStream_t stream) {
  launch(gather_kernel<T>, over(count * dim), stream, rows, begin, index, weights, count, dim, out);
}

template <class T>
void place_columns(const double* columns, int64_t count, int64_t width, T* out, int64_t ld, int64_t first,
                   cudaStream_t stream) {
  launch(place_kernel<T>, over(count * width), stream, columns, count, width, out, ld, first);
}

void add_widened(const float* part, int64_t count, double* sum, cudaStream_t stream) {
  launch(widen_kernel, over(count), stream, part, count, sum);
}

void stack_rows(const double* rows, int64_t count, int64_t dim, double* out, int64_t ld, int64_t first,
                cudaStream_t stream) {
  launch(stack_kernel, over(count * dim), stream, rows, count, dim, out, ld, first);
}

void clear_below_diagonal(double* matrix, int64_t ld, int64_t dim, cudaStream_t stream) {
  launch(clear_kernel, over(dim * dim), stream, matrix, ld, dim);
}

template void gather_rows<float>(const float*, int64_t, const int64_t*, const double*, int64_t, int64_t, float*,
                                 cudaStream_t);
template void gather_rows<double>(const double*, int64_t, const int64_t*, const double*, int64_t, int64_t, double*,
                                  cudaStream_t);
template void place_columns<float>(const double*, int64_t, int64_t, float*, int64_t, int64_t, cudaStream_t);
template void place_columns<double>(const double*, int64_t, int64_t, double*, int64_t, int64_t, cudaStream_t);

}  // namespace gramian::cuda
