#include "kernels/cuda/reduce.hpp"

#include <algorithm>
#include <limits>

#include "engine/ordered.hpp"
#include "kernels/cuda/cosine.cuh"
#include "kernels/cuda/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = 512;
constexpr int kWarps = kThreads / kWarp;
/// A warp takes so many rows of 32 x kLanes columns at a time.
constexpr int kUnitRows = 16;
/// Places of a warp's stage: less than a warp waits there, and a whole one may come.
constexpr int kStaged = 2 * kWarp;

template <class T>
struct alignas(16) Vector {
  static constexpr int kCount = 16 / sizeof(T);
  T values[kCount];
};

/// What a lane takes of a row; zeros beyond the tile.
template <class T>
__device__ __forceinline__ Vector<T> load(const TileView<T>& tile, int row, int col) {
  Vector<T> loaded = {};
  if (col < tile.ld) loaded = *reinterpret_cast<const Vector<T>*>(tile.products + row * tile.ld + col);
  return loaded;
}

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

__device__ void count(uint64_t* at, uint64_t what = 1) {
  atomicAdd(reinterpret_cast<unsigned long long*>(at), static_cast<unsigned long long>(what));
}

/// Counts x in the brackets that hold it; true if one of them keeps values.
template <class T>
__device__ __forceinline__ bool into_brackets(T x, int bin, const ReduceArguments<T>& arguments) {
  bool keep = false;
  for (int b = 0; b < arguments.bracket_count; ++b) {
    const DeviceBracket<T>& bracket = arguments.brackets[b];
    if (x < bracket.lo) {
      if (bin == bracket.first_bin && !arguments.only_kept) count(bracket.below_in_bin);
    } else if (x <= bracket.hi) {
      if (bracket.counts == nullptr) {
        keep = true;
      } else if (!arguments.only_kept) {
        count(bracket.counts + ((ordered_key(x) - bracket.first_key) >> bracket.shift));
      }
    }
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

template <class T>
__device__ void note_neighbor(const NeighborView<T>& view, int place, T x, int64_t other) {
  if (view.noted[place] > kPlaces) return;  // too many already, whatever is read here: the count never falls
  const unsigned at = atomicAdd(view.noted + place, 1u);
  if (at < kPlaces) view.places[static_cast<int64_t>(place) * kPlaces + at] = neighbor_key(x, other);
}

/// Degrees of a unit of kUnitRows rows: rows by a sum over the warp, columns by a count in each lane.
template <class T>
__device__ __forceinline__ void count_degrees(const ReduceArguments<T>& arguments, int row, int col) {
  constexpr int kLanes = Vector<T>::kCount;
  const TileView<T>& tile = arguments.tile;
  const int last = row + kUnitRows < tile.rows ? row + kUnitRows : tile.rows;
  for (int t = 0; t < arguments.threshold_count; ++t) {
    const T threshold = arguments.thresholds[t];
    uint64_t* const degrees = arguments.degrees + t * arguments.n;
    unsigned of_column[kLanes] = {};
    for (int r = row; r < last; ++r) {
      const Vector<T> loaded = load(tile, r, col);
      unsigned of_row = 0;
#pragma unroll
      for (int v = 0; v < kLanes; ++v) {
        const int c = col + v;
        if (c < tile.cols && (!tile.diagonal || c > r) &&
            as_cosine(loaded.values[v], tile.scale, tile.row_begin + r, tile.col_begin + c) >= threshold) {
          ++of_row;
          ++of_column[v];
        }
      }
      of_row = __reduce_add_sync(kFullWarp, of_row);
      if (threadIdx.x % kWarp == 0 && of_row > 0) count(degrees + tile.row_begin + r, of_row);
    }
    for (int v = 0; v < kLanes; ++v) {
      if (of_column[v] > 0) count(degrees + tile.col_begin + col + v, of_column[v]);
    }
  }
}

/// The blocks share the tile out in units of kUnitRows rows and a warp's width of columns. Integer counters and
/// extremes with their places: the order in which threads come does not show.
template <class T>
__global__ void __launch_bounds__(kThreads, 1) reduce_kernel(ReduceArguments<T> arguments) {
  constexpr int kLanes = Vector<T>::kCount;
  constexpr int kUnitCols = kWarp * kLanes;
  const TileView<T>& tile = arguments.tile;
  auto* const fine = reinterpret_cast<unsigned*>(dynamic_shared());
  uint32_t* const touched = fine + kFineBins;
  KeptStage<T> stage(reinterpret_cast<T*>(dynamic_shared() + kFineShared) + threadIdx.x / kWarp * kStaged);
  auto* const found = reinterpret_cast<Extreme<T>*>(dynamic_shared());  // after the counts are done with
  if (arguments.fine != nullptr) {
    for (unsigned b = threadIdx.x; b < kFineBins; b += kThreads) fine[b] = 0;
  }
  if (arguments.touched != nullptr) {
    for (unsigned b = threadIdx.x; b < kFineBins / 32; b += kThreads) touched[b] = arguments.touched[b];
  }
  __syncthreads();

  const int lane = static_cast<int>(threadIdx.x % kWarp);
  Extreme<T> low{std::numeric_limits<T>::infinity(), ~0u};
  Extreme<T> high{-std::numeric_limits<T>::infinity(), ~0u};
  const int wide = (tile.cols + kUnitCols - 1) / kUnitCols;
  const int units = (tile.rows + kUnitRows - 1) / kUnitRows * wide;
  const bool neighbors = arguments.neighbors.k > 0;
  const bool binned = arguments.fine != nullptr || arguments.touched != nullptr;
  for (int unit = static_cast<int>(global_thread() / kWarp); unit < units;
       unit += static_cast<int>(gridDim.x) * kWarps) {
    const int row = unit / wide * kUnitRows;
    const int unit_col = unit % wide * kUnitCols;
    if (tile.diagonal && unit_col + kUnitCols - 1 <= row) continue;
    const int col = unit_col + lane * kLanes;
    const int last = row + kUnitRows < tile.rows ? row + kUnitRows : tile.rows;
    T column_threshold[kLanes] = {};
    for (int v = 0; neighbors && v < kLanes; ++v) {
      if (col + v < tile.cols) column_threshold[v] = arguments.neighbors.thresholds[tile.col_begin + col + v];
    }
    for (int r = row; r < last; ++r) {
      const Vector<T> loaded = load(tile, r, col);
      T row_threshold = 0;
      if (neighbors) row_threshold = arguments.neighbors.thresholds[tile.row_begin + r];
      unsigned keep = 0;  // a bit a value
#pragma unroll
      for (int v = 0; v < kLanes; ++v) {
        const int c = col + v;
        if (c < tile.cols && (!tile.diagonal || c > r)) {
          const T x = as_cosine(loaded.values[v], tile.scale, tile.row_begin + r, tile.col_begin + c);
          const auto at = static_cast<unsigned>(r * tile.ld + c);
          if (x < low.value || (x == low.value && at < low.at)) low = {x, at};
          if (x > high.value || (x == high.value && at < high.at)) high = {x, at};
          if (binned) {
            const int bin = fine_bin_of(x);
            if (arguments.fine != nullptr) atomicAdd(fine + bin, 1u);
            if (arguments.touched != nullptr && (touched[bin / 32] >> (bin % 32) & 1u) != 0) {
              if (into_brackets(x, bin, arguments)) keep |= 1u << v;
            }
          }
          for (int h = 0; h < arguments.histogram_count; ++h) {
            const DeviceHistogram& histogram = arguments.histograms[h];
            count(histogram.counts + slot_of(static_cast<double>(x), histogram));
          }
          if (arguments.rank_cells != nullptr) count(arguments.rank_counts + rank_bin_of(x, arguments.rank_cells));
          if (arguments.dense != nullptr) arguments.dense[r * tile.ld + c] = x;
          if (neighbors) {
            if (x >= row_threshold) note_neighbor(arguments.neighbors, r, x, tile.col_begin + c);
            if (x >= column_threshold[v]) {
              note_neighbor(arguments.neighbors, tile.diagonal ? c : tile.rows + c, x, tile.row_begin + r);
            }
          }
        }
      }
      if (arguments.kept_count == nullptr || __ballot_sync(kFullWarp, keep != 0) == 0) continue;
#pragma unroll
      for (int v = 0; v < kLanes; ++v) {
        const bool kept = (keep >> v & 1u) != 0;
        T x = 0;
        if (kept) x = as_cosine(loaded.values[v], tile.scale, tile.row_begin + r, tile.col_begin + (col + v));
        stage.append(x, kept, arguments);
      }
    }
    if (arguments.threshold_count > 0) count_degrees(arguments, row, col);
  }
  if (arguments.kept_count != nullptr) stage.finish(arguments);

  for (int64_t p = global_thread(); p < arguments.probe_count; p += global_threads()) {
    arguments.probe_values[p] = cosine_at(tile, arguments.probes[p].row, arguments.probes[p].col);
  }

  __syncthreads();
  if (arguments.fine != nullptr) {
    for (unsigned b = threadIdx.x; b < kFineBins; b += kThreads) {
      if (fine[b] > 0) count(arguments.fine + b, fine[b]);
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
  // No more blocks than have work: every one has its counts to clear and to add up.
  constexpr int64_t kUnitCols = int64_t{kWarp} * Vector<T>::kCount;
  const int64_t units =
      (arguments.tile.rows + kUnitRows - 1) / kUnitRows * ((arguments.tile.cols + kUnitCols - 1) / kUnitCols);
  const int64_t busy = std::min(blocks, (units + kWarps - 1) / kWarps);
  launch(reduce_kernel<T>, {busy, kThreads, shared}, stream, arguments);
}

template void forget_extremes<float>(BlockExtremes<float>*, int64_t, cudaStream_t);
template void forget_extremes<double>(BlockExtremes<double>*, int64_t, cudaStream_t);
template void reduce_tile<float>(const ReduceArguments<float>&, int64_t, cudaStream_t);
template void reduce_tile<double>(const ReduceArguments<double>&, int64_t, cudaStream_t);

}  // namespace gramian::cuda
