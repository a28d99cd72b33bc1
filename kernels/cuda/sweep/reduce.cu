#include "kernels/cuda/sweep/reduce.hpp"

#include <algorithm>
#include <limits>

#include "engine/cosines/ordered.hpp"
#include "kernels/cuda/runtime/launch.cuh"
#include "kernels/cuda/sweep/patch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = 512;
constexpr int kWarps = kThreads / kWarp;
/// Degrees of columns are counted in 8 bits each while a warp goes down its unit.
constexpr int kMostUnitRows = 248;
/// Places of a warp's stage: less than a warp waits there, and a whole one may come.
constexpr int kStaged = 2 * kWarp;

/// An extreme of one tile: its value, and its place in row-major order, which is the order of pairs.
template <class T>
struct Extreme {
  T value;
  unsigned at;
};

template <class T>
__device__ bool before(const Extreme<T>& a, const Extreme<T>& b, bool smallest) {
  if (a.value != b.value) return (a.value < b.value) == smallest;
  return a.at < b.at;
}

template <class T>
__device__ Extreme<T> warp_extreme(Extreme<T> mine, bool smallest) {
  for (int lanes = kWarp / 2; lanes > 0; lanes /= 2) {
    const Extreme<T> other{__shfl_xor_sync(kFullWarp, mine.value, lanes), __shfl_xor_sync(kFullWarp, mine.at, lanes)};
    if (before(other, mine, smallest)) mine = other;
  }
  return mine;
}

/// By the edges of numpy.histogram; 0 is below, bins + 1 above.
__device__ __forceinline__ int64_t slot_of(double x, const DeviceHistogram& histogram) {
  if (x < histogram.lo) return 0;
  if (x > histogram.hi) return histogram.bins + 1;
  // A guess, which the edges then correct; not a number where bins are too narrow for their number a unit to be finite.
  const double guess = (x - histogram.lo) * histogram.per_unit;
  const auto last = histogram.bins - 1;
  int64_t bin = guess < static_cast<double>(last) ? static_cast<int64_t>(guess) : last;
  while (bin > 0 && x < histogram.edges[bin]) --bin;
  while (bin + 1 < histogram.bins && x >= histogram.edges[bin + 1]) ++bin;
  return bin + 1;
}

__device__ __forceinline__ void count(uint64_t* at, uint64_t what = 1) {
  assume_global(at);
  atomicAdd(reinterpret_cast<unsigned long long*>(at), static_cast<unsigned long long>(what));
}

/// Counts x in one bracket; true if it is to be kept.
template <class T>
__device__ __forceinline__ bool into_bracket(T x, int bin, const DeviceBracket<T>& bracket, bool only_kept) {
  if (x < bracket.lo) {
    if (bin == bracket.first_bin && !only_kept) count(bracket.below_in_bin);
    return false;
  }
  if (!(x <= bracket.hi)) return false;
  if (bracket.counts == nullptr) return true;
  if (!only_kept) count(bracket.counts + ((ordered_key(x) - bracket.first_key) >> bracket.shift));
  return false;
}

/// Counts x, whose bin brackets touch, in those that hold it; true if one of them keeps values.
template <class T>
__device__ __forceinline__ bool into_brackets(T x, const ReduceArguments<T>& arguments) {
  const int bin = fine_bin_of(x);
  const int only = arguments.bracket_of[bin];
  if (only != kSeveralBrackets) return into_bracket(x, bin, arguments.brackets[only], arguments.only_kept);
  bool keep = false;
  for (int b = 0; b < arguments.bracket_count; ++b) {
    if (into_bracket(x, bin, arguments.brackets[b], arguments.only_kept)) keep = true;
  }
  return keep;
}

/// Values that a warp keeps, collected in shared memory: one atomic for 32 of them, since all warps of the device share
/// one counter.
template <class T>
class KeptStage {
 public:
  __device__ explicit KeptStage(T* room) : room_(room) {}

  /// All lanes together; appends the values of those that keep theirs.
  __device__ __forceinline__ void append(T x, bool keep, const ReduceArguments<T>& arguments) {
    const unsigned keeping = __ballot_sync(kFullWarp, keep);
    if (keeping == 0) return;
    const unsigned lane = threadIdx.x % kWarp;
    if (keep) room_[held_ + __popc(keeping & ((1u << lane) - 1u))] = x;
    held_ += __popc(keeping);
    __syncwarp();
    if (held_ < kWarp) return;
    write(kWarp, arguments);
    held_ -= kWarp;
    if (static_cast<int>(lane) < held_) room_[lane] = room_[kWarp + lane];
    __syncwarp();
  }

  /// Writes what is left.
  __device__ void finish(const ReduceArguments<T>& arguments) {
    if (held_ > 0) write(held_, arguments);
  }

 private:
  __device__ __forceinline__ void write(int count, const ReduceArguments<T>& arguments) {
    const unsigned lane = threadIdx.x % kWarp;
    unsigned long long first = 0;
    if (lane == 0) {
      first = atomicAdd(reinterpret_cast<unsigned long long*>(arguments.kept_count),
                        static_cast<unsigned long long>(count));
    }
    first = __shfl_sync(kFullWarp, first, 0);
    if (static_cast<int>(lane) < count && first + lane < arguments.kept_room) {
      arguments.kept[first + lane] = room_[lane];
    }
  }

  T* room_;       // kStaged
  int held_ = 0;  // the same in all lanes; less than a warp between two calls
};

/// The place of the patch's first value that is `value`.
template <class T>
__device__ Extreme<T> find(const Patch<T>& patch, int64_t ld, T value) {
  Extreme<T> found{value, ~0u};
#pragma unroll
  for (int r = kPatchRows - 1; r >= 0; --r) {
#pragma unroll
    for (int v = Patch<T>::kCols - 1; v >= 0; --v) {
      if (patch.x[r][v] == value) found.at = static_cast<unsigned>((patch.row + r) * ld + patch.col + v);
    }
  }
  return found;
}

/// Values alone are compared for every pair; where they are is asked of few.
template <class T>
__device__ __forceinline__ void note_extremes(const Patch<T>& patch, int64_t ld, Extreme<T>& low, Extreme<T>& high) {
  T least = std::numeric_limits<T>::infinity();
  T most = -std::numeric_limits<T>::infinity();
#pragma unroll
  for (int r = 0; r < kPatchRows; ++r) {
#pragma unroll
    for (int v = 0; v < Patch<T>::kCols; ++v) {
      least = lesser(least, patch.x[r][v]);
      most = greater(most, patch.x[r][v]);
    }
  }
  if (least <= low.value) {
    const Extreme<T> mine = find(patch, ld, least);
    if (before(mine, low, true)) low = mine;
  }
  if (most >= high.value) {
    const Extreme<T> mine = find(patch, ld, most);
    if (before(mine, high, false)) high = mine;
  }
}

/// Counts the patch on the fine grid; a bit a value says whose bins brackets touch.
template <bool kWhole, class T>
__device__ __forceinline__ unsigned count_bins(const Patch<T>& patch, unsigned* fine, const uint32_t* touched) {
  unsigned hits = 0;
#pragma unroll
  for (int r = 0; r < kPatchRows; ++r) {
#pragma unroll
    for (int v = 0; v < Patch<T>::kCols; ++v) {
      const T x = patch.x[r][v];
      if (!kWhole && !(x == x)) continue;
      const unsigned slot = fine_slot_of(x);
      atomicAdd(fine + slot, 1u);
      hits |= (touched[slot / 32] >> (slot % 32) & 1u) << (r * Patch<T>::kCols + v);
    }
  }
  return hits;
}

/// What is asked of few values is asked one by one, and they are read again: `hits` has a bit for each.
template <class T>
__device__ __forceinline__ void look_at_hits(const Patch<T>& patch, unsigned hits, KeptStage<T>& stage,
                                             const ReduceArguments<T>& arguments) {
  for (; __ballot_sync(kFullWarp, hits != 0) != 0; hits &= hits - 1) {
    T x = 0;
    bool keep = false;
    if (hits != 0) {
      const int k = __ffs(hits) - 1;
      x = cosine_at(arguments.tile, patch.row + k / Patch<T>::kCols, patch.col + k % Patch<T>::kCols);
      keep = into_brackets(x, arguments);
    }
    if (arguments.kept_count != nullptr) stage.append(x, keep, arguments);
  }
}

template <class T>
__device__ void note_neighbor(const NeighborView<T>& view, int place, T x, int64_t other) {
  // Too many already, whatever is read here: the count never falls. Others add to it meanwhile.
  if (*static_cast<volatile const unsigned*>(view.noted + place) > kPlaces) return;
  const unsigned at = atomicAdd(view.noted + place, 1u);
  if (at < kPlaces) view.places[static_cast<int64_t>(place) * kPlaces + at] = neighbor_key(x, other);
}

/// What a cosine has to reach to be noted for this row. For a row whose list is not full nothing is: the merge looks
/// through the whole tile.
template <class T>
__device__ __forceinline__ T noted_from(const NeighborView<T>& view, int64_t row) {
  const T threshold = view.thresholds[row];
  return threshold == -std::numeric_limits<T>::infinity() ? -threshold : threshold;
}

template <class T>
__device__ __forceinline__ void note_neighbors(const Patch<T>& patch, const TileView<T>& tile,
                                               const NeighborView<T>& view, T least_of_columns) {
  unsigned rows = 0;  // a bit a row that has something to note
#pragma unroll
  for (int r = 0; r < kPatchRows; ++r) {
    T most = patch.x[r][0];
#pragma unroll
    for (int v = 1; v < Patch<T>::kCols; ++v) most = greater(most, patch.x[r][v]);
    T wanted = least_of_columns;
    if (patch.row + r < tile.rows) wanted = lesser(wanted, noted_from(view, tile.row_begin + patch.row + r));
    if (most >= wanted) rows |= 1u << r;
  }
  for (; rows != 0; rows &= rows - 1) {
    const int row = patch.row + __ffs(rows) - 1;
    const T row_from = noted_from(view, tile.row_begin + row);
    for (int v = 0; v < Patch<T>::kCols; ++v) {
      const int col = patch.col + v;
      if (!is_pair(tile, row, col)) continue;
      const T x = cosine_at(tile, row, col);
      if (x >= row_from) note_neighbor(view, row, x, tile.col_begin + col);
      if (x >= noted_from(view, tile.col_begin + col)) {
        note_neighbor(view, tile.diagonal ? col : tile.rows + col, x, tile.row_begin + row);
      }
    }
  }
}

/// Degrees of the columns: `counts` has 8 bits for each.
template <class T>
__device__ __forceinline__ void add_column_degrees(uint64_t* degrees, const Patch<T>& patch, const TileView<T>& tile,
                                                   unsigned counts) {
  for (int v = 0; counts != 0; ++v, counts >>= 8) {
    if ((counts & 0xffu) != 0) count(degrees + tile.col_begin + patch.col + v, counts & 0xffu);
  }
}

/// Degrees of the patch's rows, by sums over the warp; those of columns under the first threshold stay in
/// `first_columns`, since mostly there is no other.
template <class T>
__device__ __forceinline__ void count_degrees(const Patch<T>& patch, const ReduceArguments<T>& arguments,
                                              unsigned& first_columns) {
  const TileView<T>& tile = arguments.tile;
  for (int t = 0; t < arguments.threshold_count; ++t) {
    const T threshold = arguments.thresholds[t];
    uint64_t* const degrees = arguments.degrees + t * arguments.n;
    unsigned of_columns = 0;
#pragma unroll
    for (int r = 0; r < kPatchRows; ++r) {
      unsigned reached = 0;  // 8 bits a column
#pragma unroll
      for (int v = 0; v < Patch<T>::kCols; ++v) {
        if (patch.x[r][v] >= threshold) reached += 1u << (8 * v);
      }
      of_columns += reached;
      const unsigned of_warp = __reduce_add_sync(kFullWarp, reached);
      const unsigned of_row = of_warp * 0x01010101u >> 24;  // the sum of its bytes, 128 at most
      if (threadIdx.x % kWarp == 0 && of_row > 0) count(degrees + tile.row_begin + patch.row + r, of_row);
    }
    if (t == 0) {
      first_columns += of_columns;
    } else {
      add_column_degrees(degrees, patch, tile, of_columns);
    }
  }
}

/// What few requests ask for reads the tile again.
template <class T>
__device__ __forceinline__ void look_at_all(const Patch<T>& patch, const ReduceArguments<T>& arguments) {
  const TileView<T>& tile = arguments.tile;
#pragma unroll 1
  for (int k = 0; k < kPatchRows * Patch<T>::kCols; ++k) {
    const int row = patch.row + k / Patch<T>::kCols;
    const int col = patch.col + k % Patch<T>::kCols;
    if (!is_pair(tile, row, col)) continue;
    const T x = cosine_at(tile, row, col);
    for (int h = 0; h < arguments.histogram_count; ++h) {
      const DeviceHistogram& histogram = arguments.histograms[h];
      count(histogram.counts + slot_of(static_cast<double>(x), histogram));
    }
    if (arguments.rank_cells != nullptr) count(arguments.rank_counts + rank_bin_of(x, arguments.rank_cells));
    if (arguments.dense != nullptr) arguments.dense[row * tile.ld + col] = x;
  }
}

/// The blocks share the tile out in units of unit_rows rows and a warp's width of columns, one a warp where the tile is
/// large enough; a warp goes down its unit patch by patch. Integer counters and extremes with their places: the order
/// in which threads come does not show.
template <class T>
__global__ void __launch_bounds__(kThreads, 1) reduce_kernel(ReduceArguments<T> arguments) {
  constexpr int kUnitCols = kWarp * Patch<T>::kCols;
  const TileView<T>& tile = arguments.tile;
  auto* const fine = reinterpret_cast<unsigned*>(dynamic_shared());
  uint32_t* const touched = fine + kFineSlots;
  KeptStage<T> stage(reinterpret_cast<T*>(dynamic_shared() + kFineShared) + threadIdx.x / kWarp * kStaged);
  auto* const found = reinterpret_cast<Extreme<T>*>(dynamic_shared());  // after the counts are done with
  const bool binned = arguments.fine != nullptr || arguments.touched != nullptr;
  if (binned) {
    for (unsigned b = threadIdx.x; b < kFineSlots; b += kThreads) fine[b] = 0;
    for (unsigned b = threadIdx.x; b < kTouchedWords; b += kThreads) {
      touched[b] = arguments.touched != nullptr ? arguments.touched[b] : 0;
    }
  }
  __syncthreads();

  const int lane = static_cast<int>(threadIdx.x % kWarp);
  // Extremes that the block knew before have no place in this tile.
  Extreme<T> low{std::numeric_limits<T>::infinity(), ~0u};
  Extreme<T> high{-std::numeric_limits<T>::infinity(), ~0u};
  if (arguments.extremes != nullptr) {
    low.value = arguments.extremes[blockIdx.x].min;
    high.value = arguments.extremes[blockIdx.x].max;
  }
  const int wide = (tile.cols + kUnitCols - 1) / kUnitCols;
  const int units = (tile.rows + arguments.unit_rows - 1) / arguments.unit_rows * wide;
  const bool neighbors = arguments.neighbors.k > 0;
  const bool seldom = arguments.histogram_count > 0 || arguments.rank_cells != nullptr || arguments.dense != nullptr;
  for (int unit = static_cast<int>(global_thread() / kWarp); unit < units;
       unit += static_cast<int>(gridDim.x) * kWarps) {
    const int begin = unit / wide * arguments.unit_rows;
    const int end = begin + arguments.unit_rows < tile.rows ? begin + arguments.unit_rows : tile.rows;
    const int unit_col = unit % wide * kUnitCols;
    if (tile.diagonal && unit_col + kUnitCols - 1 <= begin) continue;
    Patch<T> patch;
    take_columns(patch, tile, unit_col + lane * Patch<T>::kCols);
    T least_of_columns = std::numeric_limits<T>::infinity();
    for (int v = 0; neighbors && v < Patch<T>::kCols; ++v) {
      if (patch.col + v >= tile.cols) continue;
      least_of_columns = lesser(least_of_columns, noted_from(arguments.neighbors, tile.col_begin + patch.col + v));
    }
    unsigned first_columns = 0;
    for (int row = begin; row < end; row += kPatchRows) {
      const bool whole = row + kPatchRows <= end && unit_col + kUnitCols <= tile.cols &&
                         (!tile.diagonal || unit_col >= row + kPatchRows);
      unsigned hits = 0;
      if (whole) {
        take_rows<true>(patch, tile, row);
        if (binned) hits = count_bins<true>(patch, fine, touched);
      } else {
        take_rows<false>(patch, tile, row);
        if (binned) hits = count_bins<false>(patch, fine, touched);
      }
      if (arguments.touched != nullptr) look_at_hits(patch, hits, stage, arguments);
      if (arguments.extremes != nullptr) note_extremes(patch, tile.ld, low, high);
      if (neighbors) note_neighbors(patch, tile, arguments.neighbors, least_of_columns);
      if (arguments.threshold_count > 0) count_degrees(patch, arguments, first_columns);
      if (seldom) look_at_all(patch, arguments);
    }
    if (first_columns != 0) add_column_degrees(arguments.degrees, patch, tile, first_columns);
  }
  if (arguments.kept_count != nullptr) stage.finish(arguments);

  for (int64_t p = global_thread(); p < arguments.probe_count; p += global_threads()) {
    arguments.probe_values[p] = cosine_at(tile, arguments.probes[p].row, arguments.probes[p].col);
  }

  __syncthreads();
  if (arguments.fine != nullptr) {
    for (unsigned b = threadIdx.x; b < kFineBins; b += kThreads) {
      const unsigned counted = fine[b] + (b == kFineBins - 1 ? fine[kFineBins] : 0);
      if (counted > 0) count(arguments.fine + b, counted);
    }
    __syncthreads();
  }
  if (arguments.extremes == nullptr) return;
  low = warp_extreme(low, true);
  high = warp_extreme(high, false);
  if (lane == 0) {
    found[threadIdx.x / kWarp] = low;
    found[kWarps + threadIdx.x / kWarp] = high;
  }
  __syncthreads();
  if (threadIdx.x != 0) return;
  for (int w = 0; w < kWarps; ++w) {
    if (before(found[w], low, true)) low = found[w];
    if (before(found[kWarps + w], high, false)) high = found[kWarps + w];
  }
  BlockExtremes<T>& best = arguments.extremes[blockIdx.x];
  const auto comes_first = [](int64_t i, int64_t j, int64_t at_i, int64_t at_j) {
    return i < at_i || (i == at_i && j < at_j);
  };
  if (low.at != ~0u) {
    const int64_t i = tile.row_begin + low.at / tile.ld;
    const int64_t j = tile.col_begin + low.at % tile.ld;
    if (low.value < best.min || (low.value == best.min && comes_first(i, j, best.min_i, best.min_j))) {
      best.min = low.value;
      best.min_i = i;
      best.min_j = j;
    }
  }
  if (high.at != ~0u) {
    const int64_t i = tile.row_begin + high.at / tile.ld;
    const int64_t j = tile.col_begin + high.at % tile.ld;
    if (high.value > best.max || (high.value == best.max && comes_first(i, j, best.max_i, best.max_j))) {
      best.max = high.value;
      best.max_i = i;
      best.max_j = j;
    }
  }
}

template <class T>
__global__ void forget_kernel(BlockExtremes<T>* extremes, int64_t blocks) {
  for (int64_t b = global_thread(); b < blocks; b += global_threads()) {
    extremes[b] = {std::numeric_limits<T>::infinity(), -std::numeric_limits<T>::infinity(), 0, 0, 0, 0};
  }
}

}  // namespace

int64_t reduce_blocks(int multiprocessors) { return multiprocessors; }

template <class T>
void forget_extremes(BlockExtremes<T>* extremes, int64_t blocks, cudaStream_t stream) {
  launch(forget_kernel<T>, {blocks_for(blocks, 32), 32}, stream, extremes, blocks);
}

template <class T>
void reduce_tile(const ReduceArguments<T>& arguments, int64_t blocks, cudaStream_t stream) {
  const bool binned = arguments.fine != nullptr || arguments.touched != nullptr;
  int64_t shared = binned ? kFineShared : 2 * kWarps * int64_t{sizeof(Extreme<T>)};
  if (arguments.kept_count != nullptr) shared = kFineShared + kWarps * kStaged * int64_t{sizeof(T)};
  // A unit for every warp, if that leaves it a patch at least; no more blocks than have work, since every one has its
  // counts to clear and to add up.
  constexpr int64_t kUnitCols = int64_t{kWarp} * Patch<T>::kCols;
  const int64_t wide = (arguments.tile.cols + kUnitCols - 1) / kUnitCols;
  const int64_t rows = (arguments.tile.rows * wide + blocks * kWarps - 1) / (blocks * kWarps);
  ReduceArguments<T> dealt = arguments;
  dealt.unit_rows = static_cast<int>(
      std::clamp<int64_t>((rows + kPatchRows - 1) / kPatchRows * kPatchRows, kPatchRows, kMostUnitRows));
  const int64_t units = (arguments.tile.rows + dealt.unit_rows - 1) / dealt.unit_rows * wide;
  const int64_t busy = std::min(blocks, (units + kWarps - 1) / kWarps);
  launch(reduce_kernel<T>, {busy, kThreads, shared}, stream, dealt);
}

template void forget_extremes<float>(BlockExtremes<float>*, int64_t, cudaStream_t);
template void forget_extremes<double>(BlockExtremes<double>*, int64_t, cudaStream_t);
template void reduce_tile<float>(const ReduceArguments<float>&, int64_t, cudaStream_t);
template void reduce_tile<double>(const ReduceArguments<double>&, int64_t, cudaStream_t);

}  // namespace gramian::cuda
