#pragma once
// Arguments of the reducing kernel: one small struct a kind of reduction. A default one is of a reduction that nobody
// asked for.

#include <cstdint>

#include "engine/cosines/fine_grid.hpp"
#include "kernels/cuda/reductions/neighbors.hpp"
#include "kernels/cuda/reductions/tile_view.hpp"

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
struct ExtremesArguments {
  BlockExtremes<T>* blocks = nullptr;
};

/// Counts on the fine grid, from which histograms on it and what lies below brackets are derived.
struct FineArguments {
  uint64_t* counts = nullptr;  // kFineBins
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
/// Values that brackets keep.
template <class T>
struct KeptArguments {
  T* values = nullptr;
  uint64_t* count = nullptr;  // counts on where there is no more room
  uint64_t room = 0;
};
template <class T>
struct BracketArguments {
  const uint32_t* touched = nullptr;    // kTouchedWords: a bit a fine bin, and one for 1
  const uint8_t* bracket_of = nullptr;  // of touched bins: the bracket, or kSeveralBrackets
  const DeviceBracket<T>* brackets = nullptr;
  int count = 0;
  bool only_kept = false;  // a tile is done again because its kept values found no room
  KeptArguments<T> kept;
};

/// A histogram off the fine grid.
struct DeviceHistogram {
  double lo, hi;
  int64_t bins;
  double per_unit;      // bins
  const double* edges;  // bins + 1
  uint64_t* counts;     // below, the bins, above
};
struct HistogramArguments {
  const DeviceHistogram* histograms = nullptr;
  int count = 0;
};

struct RankArguments {
  const uint32_t* cells = nullptr;  // of a RankBins
  uint64_t* counts = nullptr;
};

struct DeviceProbe {
  int row, col;  // within the tile
};
template <class T>
struct ProbeArguments {
  const DeviceProbe* probes = nullptr;
  T* values = nullptr;
  int64_t count = 0;
};

template <class T>
struct DenseArguments {
  T* cosines = nullptr;  // only where they are wanted
  int64_t ld = 0;
};

/// One threshold. In a triangle both sides are the same counts; a side that nobody asked for is null.
template <class T>
struct DeviceDegrees {
  T threshold;
  uint64_t* of_rows;
  uint64_t* of_columns;
};
template <class T>
struct DegreeArguments {
  const DeviceDegrees<T>* thresholds = nullptr;
  int count = 0;
};

/// The lists of a tile's rows, and those of its columns: in a triangle the same lists, on a diagonal tile the same
/// places as well.
template <class T>
struct NearestArguments {
  NeighborView<T> rows, columns;
};

template <class T>
struct ReduceArguments {
  TileView<T> tile;
  ExtremesArguments<T> extremes;
  FineArguments fine;
  BracketArguments<T> brackets;
  HistogramArguments histograms;
  RankArguments ranks;
  ProbeArguments<T> probes;
  DenseArguments<T> dense;
  DegreeArguments<T> degrees;
  NearestArguments<T> nearest;
  int unit_rows = 0;  // for reduce_tile to say

  __host__ __device__ bool counts_bins() const { return fine.counts != nullptr || brackets.touched != nullptr; }
};

}  // namespace gramian::cuda
