#pragma once
// What consumes a tile of cosines on the device, in one pass: extremes, histograms, brackets, probes, dense cosines,
// degrees, and what may be a neighbour.
//
// Histograms and brackets rest on one count over the fine grid, which every block keeps in shared memory. Brackets, on
// the grid or off it, need a closer look only at values in the fine bins that they touch: a bit a bin says so. What
// every cosine costs is what the pass costs, so all that concerns few of them (where an extreme lies, which bracket,
// who is a neighbour) first compares in registers and then reads those few again.

#include <cuda_runtime.h>

#include <cstdint>

#include "engine/cosines/fine_grid.hpp"
#include "kernels/cuda/sweep/neighbors.hpp"

namespace gramian::cuda {

/// Slots of the fine grid in a block's shared memory: the bins, and one for 1 itself. Their number of words keeps what
/// follows them aligned.
inline constexpr int64_t kFineSlots = kFineBins + 4;
/// Words that hold a bit a slot.
inline constexpr int64_t kTouchedWords = kFineBins / 32 + 4;
/// Shared memory of a block: the fine counts and the bits of the slots that brackets touch. What warps keep comes
/// after.
inline constexpr int64_t kFineShared = (kFineSlots + kTouchedWords) * 4;

/// In a list of the one bracket that touches each fine bin: more than one does, or its number is too large.
inline constexpr uint8_t kSeveralBrackets = 255;

/// One for every block, from tile to tile.
template <class T>
struct BlockExtremes {
  T min, max;
  int64_t min_i, min_j, max_i, max_j;
};

template <class T>
struct DeviceBracket {
  T lo, hi;
  int64_t first_bin;       // the fine bin of lo; -1 where lo lies outside [-1, 1]
  uint64_t* below_in_bin;  // values of that bin below lo
  uint64_t* counts;        // null where values are kept
  uint64_t first_key;      // of lo
  int shift;
};

/// A histogram off the fine grid.
struct DeviceHistogram {
  double lo, hi;
  int64_t bins;
  double per_unit;      // bins
  const double* edges;  // bins + 1
  uint64_t* counts;     // below, the bins, above
};

struct DeviceProbe {
  int row, col;  // within the tile
};

/// What is null or 0 is not wanted.
template <class T>
struct ReduceArguments {
  TileView<T> tile;
  BlockExtremes<T>* extremes = nullptr;  // a block
  uint64_t* fine = nullptr;              // kFineBins
  const uint32_t* touched = nullptr;     // kTouchedWords: a bit a fine bin, and one for 1
  const uint8_t* bracket_of = nullptr;   // of touched bins: the bracket, or kSeveralBrackets
  const DeviceBracket<T>* brackets = nullptr;
  int bracket_count = 0;
  bool only_kept = false;  // a tile is done again because its kept values found no room
  T* kept = nullptr;
  uint64_t* kept_count = nullptr;  // counts on where there is no more room
  uint64_t kept_room = 0;
  const DeviceHistogram* histograms = nullptr;
  int histogram_count = 0;
  const uint32_t* rank_cells = nullptr;  // of a RankBins
  uint64_t* rank_counts = nullptr;
  const DeviceProbe* probes = nullptr;
  T* probe_values = nullptr;
  int64_t probe_count = 0;
  T* dense = nullptr;  // as the tile; cosines, only where they are wanted
  const T* thresholds = nullptr;
  int threshold_count = 0;
  uint64_t* degrees = nullptr;  // a threshold: n
  int64_t n = 0;
  NeighborView<T> neighbors;
  int unit_rows = 0;  // for reduce_tile to say
};

/// Blocks that one tile is dealt to; BlockExtremes has as many.
int64_t reduce_blocks(int multiprocessors);

template <class T>
void forget_extremes(BlockExtremes<T>* extremes, int64_t blocks, cudaStream_t stream);

template <class T>
void reduce_tile(const ReduceArguments<T>& arguments, int64_t blocks, cudaStream_t stream);

}  // namespace gramian::cuda
