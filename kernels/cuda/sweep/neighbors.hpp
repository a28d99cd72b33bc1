#pragma once
// The k nearest neighbours of every row, kept on the device.
//
// Every row has a list of its best k so far, best first, and a threshold: the worst of a full list. The pass over a
// tile notes, for its rows and for its columns, what reaches their thresholds, a few places each. A second kernel, a
// warp a row, moves what was noted into the lists; where a list is not full yet, as in a row's first tile, or more was
// noted than there are places, it looks through the tile itself. Neighbours are compared as keys that order all of
// them, so the lists depend on nothing but the set of cosines seen.

#include <cuda_runtime.h>

#include <cstdint>
#include <type_traits>
#include <vector>

#include "engine/cosines/ordered.hpp"
#include "engine/sweep/sweep.hpp"
#include "kernels/cuda/runtime/buffers.hpp"

namespace gramian::cuda {

/// Places a row or column has in one tile.
inline constexpr int kPlaces = 32;

/// A cosine in fp64 and a row; greater is the better neighbour.
struct WideKey {
  uint64_t cosine;
  uint64_t inverse_row;
  friend __host__ __device__ bool operator>(const WideKey& a, const WideKey& b) {
    return a.cosine > b.cosine || (a.cosine == b.cosine && a.inverse_row > b.inverse_row);
  }
};

/// In fp32 both fit 64 bits: (ordered cosine << 32) | ~row.
template <class T>
using NeighborKey = std::conditional_t<std::is_same_v<T, float>, uint64_t, WideKey>;

template <class T>
__host__ __device__ NeighborKey<T> neighbor_key(T cosine, int64_t row) {
  if constexpr (std::is_same_v<T, float>) {
    return (uint64_t{ordered_key(cosine)} << 32) | static_cast<uint32_t>(~static_cast<uint32_t>(row));
  } else {
    return {ordered_key(cosine), ~static_cast<uint64_t>(row)};
  }
}
inline __host__ __device__ float key_cosine(uint64_t key) { return from_ordered_key(static_cast<uint32_t>(key >> 32)); }
inline __host__ __device__ double key_cosine(const WideKey& key) { return from_ordered_key(key.cosine); }
inline int64_t key_row(uint64_t key) { return static_cast<int64_t>(~static_cast<uint32_t>(key)); }
inline int64_t key_row(const WideKey& key) { return static_cast<int64_t>(~key.inverse_row); }

/// The lists and the places, in device memory. A tile's rows have places 0, 1, ...; its columns those after the rows',
/// or, on the diagonal, the same.
template <class T>
struct NeighborView {
  int64_t k = 0;
  NeighborKey<T>* lists = nullptr;  // n x k
  unsigned* held = nullptr;         // n
  T* thresholds = nullptr;          // n; -infinity while a list is not full
  NeighborKey<T>* places = nullptr;
  unsigned* noted = nullptr;
};

/// A tile as the reducing kernels see it.
template <class T>
struct TileView {
  const T* products = nullptr;
  int64_t ld = 0;
  int rows = 0, cols = 0;
  int64_t row_begin = 0, col_begin = 0;
  bool diagonal = false;
  const float* scale = nullptr;  // of all rows; null where products are cosines
};

template <class T>
class NeighborLists {
 public:
  NeighborLists(int64_t rows, int64_t k, int64_t tile_edge, cudaStream_t stream);
  NeighborView<T> view();
  /// Moves what was noted of `tile` into the lists and makes the places free again.
  void merge(const TileView<T>& tile, cudaStream_t stream);
  /// Waits for `stream`.
  NeighborTable table(cudaStream_t stream) const;

 private:
  int64_t rows_;
  int64_t k_;
  DeviceBuffer<NeighborKey<T>> lists_;
  DeviceBuffer<unsigned> held_;
  DeviceBuffer<T> thresholds_;
  DeviceBuffer<NeighborKey<T>> places_;
  DeviceBuffer<unsigned> noted_;
};

}  // namespace gramian::cuda
