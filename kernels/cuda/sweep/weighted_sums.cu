#include "kernels/cuda/sweep/weighted_sums.hpp"

#include "kernels/cuda/rows/slice_sum.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(256);
/// Of neighbours in a row, which a thread loads and stores at once.
constexpr int kEach = 4;

template <class T>
struct alignas(16) Four {
  T values[kEach];
};

/// One thread four neighbours. Without __restrict__: a sum is read before what is stored in its place.
__global__ void __launch_bounds__(kThreads) weigh_kernel(SliceSums sums, float* out) {
  const int64_t width = sums.n / kEach;
  for (int64_t at = global_thread(); at < sums.m * width; at += global_threads()) {
    const int64_t place = at / width * sums.ld + at % width * kEach;
    const auto first = *reinterpret_cast<const Four<int32_t>*>(sums.first + place);
    const auto second = *reinterpret_cast<const Four<int32_t>*>(sums.second + place);
    const auto third = *reinterpret_cast<const Four<int32_t>*>(sums.third + place);
    Four<float> product;
#pragma unroll
    for (int v = 0; v < kEach; ++v) product.values[v] = weighed(first.values[v], second.values[v], third.values[v]);
    *reinterpret_cast<Four<float>*>(out + place) = product;
  }
}

}  // namespace

void weigh_sums(const SliceSums& sums, float* out, cudaStream_t stream) {
  launch(weigh_kernel, {blocks_for(sums.m * sums.n / kEach, kThreads), kThreads}, stream, sums, out);
}

}  // namespace gramian::cuda
