#include "kernels/cuda/sweep/rank_sums.hpp"

#include "kernels/cuda/reductions/cosine.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(256);

/// Integer sums: the order in which threads come does not show.
template <class A, class B>
__global__ void __launch_bounds__(kThreads) rank_kernel(TileView<A> a, DeviceRankBins bins_a, TileView<B> b,
                                                        DeviceRankBins bins_b, const int32_t* values, RankSlot* slots) {
  const int64_t area = static_cast<int64_t>(a.rows) * a.cols;
  for (int64_t at = global_thread(); at < area; at += global_threads()) {
    const auto r = static_cast<int>(at / a.cols);
    const auto c = static_cast<int>(at % a.cols);
    if (a.diagonal && c <= r) continue;
    const int32_t value = values[rank_bin_of(cosine_at(b, r, c), bins_b.cells)];
    RankSlot& slot = slots[rank_bin_of(cosine_at(a, r, c), bins_a.cells)];
    atomicAdd(reinterpret_cast<unsigned long long*>(&slot.sum), static_cast<unsigned long long>(int64_t{value}));
    atomicAdd(reinterpret_cast<unsigned long long*>(&slot.count), 1ull);
  }
}

}  // namespace

template <class A, class B>
void add_rank_products(const TileView<A>& a, DeviceRankBins bins_a, const TileView<B>& b, DeviceRankBins bins_b,
                       const int32_t* values, RankSlot* slots, cudaStream_t stream) {
  launch(rank_kernel<A, B>, {blocks_for(static_cast<int64_t>(a.rows) * a.cols, kThreads, 4096), kThreads}, stream, a,
         bins_a, b, bins_b, values, slots);
}

#define GRAMIAN_RANK_PRODUCTS(A, B)                                                                             \
  template void add_rank_products<A, B>(const TileView<A>&, DeviceRankBins, const TileView<B>&, DeviceRankBins, \
                                        const int32_t*, RankSlot*, cudaStream_t)
GRAMIAN_RANK_PRODUCTS(float, float);
GRAMIAN_RANK_PRODUCTS(float, double);
GRAMIAN_RANK_PRODUCTS(double, float);
GRAMIAN_RANK_PRODUCTS(double, double);
#undef GRAMIAN_RANK_PRODUCTS

}  // namespace gramian::cuda
