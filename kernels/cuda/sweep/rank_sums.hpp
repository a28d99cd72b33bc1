#pragma once
// The kernel of the rank product.

#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/cuda/reductions/tile_view.hpp"

namespace gramian::cuda {

/// Bins of a RankBins in device memory: an entry for every cell of the fine grid.
struct DeviceRankBins {
  const uint32_t* cells = nullptr;
};

/// Both wanted together, so side by side.
struct RankSlot {
  uint64_t sum;  // modulo 2^64
  uint64_t count;
};

/// slots[bin of a's cosine] gains 1 and values[bin of b's], for every pair of the two tiles, which lie at the same
/// place.
template <class A, class B>
void add_rank_products(const TileView<A>& a, DeviceRankBins bins_a, const TileView<B>& b, DeviceRankBins bins_b,
                       const int32_t* values, RankSlot* slots, cudaStream_t stream);

}  // namespace gramian::cuda
