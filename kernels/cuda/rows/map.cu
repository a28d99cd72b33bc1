#include "engine/cosines/canonical_order.hpp"
#include "kernels/cuda/rows/map.hpp"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(256);
static_assert(kCanonicalLanes == kWarp);
/// Rows, and columns of the result, that a warp sums at a time: what it reads serves so often.
constexpr int kPatch = 4;

__global__ void __launch_bounds__(kThreads, 1)
    map_kernel(const double* rows, int64_t count, int64_t from, const double* map, int64_t to, double* out) {
  const auto lane = static_cast<int64_t>(threadIdx.x % kWarp);
  const int64_t wide = (to + kPatch - 1) / kPatch;
  const int64_t patches = (count + kPatch - 1) / kPatch * wide;
  for (int64_t patch = global_thread() / kWarp; patch < patches; patch += global_threads() / kWarp) {
    const int64_t row = patch / wide * kPatch;
    const int64_t column = patch % wide * kPatch;
    double sums[kPatch][kPatch] = {};
    for (int64_t k = lane; k < from; k += kWarp) {
      double x[kPatch];
      double m[kPatch];
#pragma unroll
      for (int p = 0; p < kPatch; ++p) {
        x[p] = row + p < count ? rows[(row + p) * from + k] : 0.0;
        m[p] = column + p < to ? map[(column + p) * from + k] : 0.0;
      }
#pragma unroll
      for (int r = 0; r < kPatch; ++r) {
#pragma unroll
        for (int c = 0; c < kPatch; ++c) sums[r][c] = __dadd_rn(sums[r][c], __dmul_rn(m[c], x[r]));
      }
    }
#pragma unroll
    for (int r = 0; r < kPatch; ++r) {
#pragma unroll
      for (int c = 0; c < kPatch; ++c) {
        const double sum = warp_sum(sums[r][c]);
        if (lane == 0 && row + r < count && column + c < to) out[(row + r) * to + column + c] = sum;
      }
    }
  }
}

}  // namespace

void map_rows(const double* rows, int64_t count, int64_t from, const double* map, int64_t to, double* out,
              cudaStream_t stream) {
  const int64_t patches = (count + kPatch - 1) / kPatch * ((to + kPatch - 1) / kPatch);
  launch(map_kernel, {blocks_for(patches * kWarp, kThreads), kThreads}, stream, rows, count, from, map, to, out);
}

}  // namespace gramian::cuda
