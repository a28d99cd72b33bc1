#include "kernels/cuda/rows/pairs.hpp"
#include "kernels/cuda/rows/stored_element.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(256);

/// Of row `row`.
__device__ int64_t first_element(const StoredRows& rows, int64_t row) {
  return (rows.index != nullptr ? rows.index[row] : rows.first + row) * rows.stride;
}

/// The product of two squares that both are so is far from the ends of fp64.
__device__ bool is_safe(double square) { return square > 1e-140 && square < 1e140; }

__global__ void __launch_bounds__(kThreads, 1)
    pairs_kernel(ShiftedRows a, ShiftedRows b, const Pair* pairs, int64_t count, double* cosines) {
  const auto lane = static_cast<int64_t>(threadIdx.x % kWarp);
  const int64_t d = a.rows.dim;
  for (int64_t p = global_thread() / kWarp; p < count; p += global_threads() / kWarp) {
    const int64_t i = first_element(a.rows, pairs[p].i);
    const int64_t j = first_element(b.rows, pairs[p].j);
    double product = 0.0;
    double square_i = 0.0;
    double square_j = 0.0;
    for (int64_t k = lane; k < d; k += kWarp) {
      const double x = read_element(a.rows, i + k) - (a.shift != nullptr ? a.shift[k] : 0.0);
      const double y = read_element(b.rows, j + k) - (b.shift != nullptr ? b.shift[k] : 0.0);
      product += x * y;
      square_i += x * x;
      square_j += y * y;
    }
    product = warp_sum(product);
    square_i = warp_sum(square_i);
    square_j = warp_sum(square_j);
    if (lane != 0) continue;
    cosines[p] = is_safe(square_i) && is_safe(square_j) ? product / sqrt(square_i * square_j) : nan("");
  }
}

}  // namespace

void stored_pair_cosines(const ShiftedRows& a, const ShiftedRows& b, const Pair* pairs, int64_t count, double* cosines,
                         cudaStream_t stream) {
  launch(pairs_kernel, {blocks_for(count * kWarp, kThreads), kThreads}, stream, a, b, pairs, count, cosines);
}

}  // namespace gramian::cuda
