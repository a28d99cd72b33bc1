#include "engine/cosines/canonical_order.hpp"
#include "kernels/cuda/rows/pairs.hpp"
#include "kernels/cuda/rows/stored_element.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(256);
static_assert(kCanonicalLanes == kWarp);

/// A row with the power of two that its entries are multiplied by, in two factors, since 2^1074 is none.
struct ScaledRow {
  StoredRows rows;
  const double* shift;
  int64_t begin;
  double first = 1.0;
  double second = 1.0;

  __device__ double stored(int64_t k) const {
    const double x = read_element(rows, begin + k);
    return shift != nullptr ? __dsub_rn(x, shift[k]) : x;
  }
  template <bool kScaled>
  __device__ double at(int64_t k) const {
    return kScaled ? __dmul_rn(__dmul_rn(stored(k), first), second) : stored(k);
  }
  __device__ void scale(int64_t lane) {
    double largest = 0.0;
    for (int64_t k = lane; k < rows.dim; k += kWarp) largest = fmax(largest, fabs(stored(k)));
    for (int lanes = kWarp / 2; lanes > 0; lanes /= 2) {
      largest = fmax(largest, __shfl_xor_sync(kFullWarp, largest, lanes));
    }
    if (largest == 0.0) return;
    int exponent = 0;
    frexp(largest, &exponent);
    first = ldexp(1.0, -exponent / 2);
    second = ldexp(1.0, -exponent - (-exponent / 2));
  }
};

template <bool kScaled>
__global__ void __launch_bounds__(kThreads, 1)
    pairs_kernel(ShiftedRows a, ShiftedRows b, const Pair* pairs, int64_t count, double* cosines) {
  const auto lane = static_cast<int64_t>(threadIdx.x % kWarp);
  const int64_t d = a.rows.dim;
  for (int64_t p = global_thread() / kWarp; p < count; p += global_threads() / kWarp) {
    ScaledRow x{a.rows, a.shift, pairs[p].i * d};
    ScaledRow y{b.rows, b.shift, pairs[p].j * d};
    if (kScaled) {
      x.scale(lane);
      y.scale(lane);
    }
    double xy = 0.0;
    double xx = 0.0;
    double yy = 0.0;
    for (int64_t k = lane; k < d; k += kWarp) {
      const double u = x.at<kScaled>(k);
      const double v = y.at<kScaled>(k);
      xy = __dadd_rn(xy, __dmul_rn(u, v));
      xx = __dadd_rn(xx, __dmul_rn(u, u));
      yy = __dadd_rn(yy, __dmul_rn(v, v));
    }
    xy = warp_sum(xy);
    xx = warp_sum(xx);
    yy = warp_sum(yy);
    if (lane != 0) continue;
    const double cosine = xy / sqrt(__dmul_rn(xx, yy));
    cosines[p] = cosine < -1.0 ? -1.0 : cosine > 1.0 ? 1.0 : cosine;
  }
}

/// Values for which powers of two cancel in the quotient: none of their products leaves fp64's range. That is so for
/// all types but fp64, and not for what a shift leaves of them.
bool is_safe(const ShiftedRows& rows) { return rows.rows.type != ElementType::f64 && rows.shift == nullptr; }

}  // namespace

void canonical_pair_cosines(const ShiftedRows& a, const ShiftedRows& b, const Pair* pairs, int64_t count,
                            double* cosines, cudaStream_t stream) {
  launch(is_safe(a) && is_safe(b) ? pairs_kernel<false> : pairs_kernel<true>,
         {blocks_for(count * kWarp, kThreads), kThreads}, stream, a, b, pairs, count, cosines);
}

}  // namespace gramian::cuda
