#pragma once
// The kernel that lists what lies in intervals of cosines, and counts what lies below them.

#include <cuda_runtime.h>

#include <cstdint>

#include "engine/reductions/listed.hpp"
#include "kernels/cuda/reductions/tile_view.hpp"

namespace gramian::cuda {

template <class T>
struct DeviceEntry {
  T cosine;
  uint16_t row, column;  // of the tile
};

/// Intervals that a block has room for.
inline constexpr int kMostIntervals = 2048;

template <class T>
struct ListArguments {
  TileView<T> tile;
  int row_begin = 0, row_end = 0;  // of the tile: those that are looked at
  const Interval* intervals = nullptr;
  int count = 0;
  double margin = 0.0;        // by which they reach further
  uint64_t* below = nullptr;  // an interval; null: counted already
  DeviceEntry<T>* entries = nullptr;
  uint64_t* listed = nullptr;  // counts on where there is no more room
  uint64_t room = 0;
};

/// Adds to entries[*listed ...] the cosines of `tile` in any of the intervals, each once, in no particular order, and
/// to below[b] how many lie under interval b.
///
/// A warp takes a row at a time. Ends are compared exactly, as rounded to T inwards.
template <class T>
void list_intervals(const ListArguments<T>& arguments, int64_t blocks, cudaStream_t stream);

}  // namespace gramian::cuda
