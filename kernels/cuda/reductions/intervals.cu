#include "kernels/cuda/reductions/intervals.hpp"

#include <algorithm>

#include "kernels/cuda/reductions/cosine.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(256);
constexpr int kWarps = kThreads / kWarp;
/// Intervals whose counts a lane holds in registers while it goes over its part of the tile.
constexpr int kGroup = 8;
/// Places of a warp's stage: less than a warp waits there, and a whole one may come.
constexpr int kStagedEntries = 2 * kWarp;

__device__ float rounded_up(double x, float) { return __double2float_ru(x); }
__device__ float rounded_down(double x, float) { return __double2float_rd(x); }
__device__ double rounded_up(double x, double) { return x; }
__device__ double rounded_down(double x, double) { return x; }

template <class T>
struct Ends {
  T lo, hi;
};

/// Intervals in whole groups; those of none hold nothing and have nothing below them.
__host__ __device__ constexpr int padded(int count) { return (count + kGroup - 1) / kGroup * kGroup; }

/// What a warp lists, collected in shared memory: one atomic for 32 entries, since all warps of the device share one
/// counter.
template <class T>
class EntryStage {
 public:
  __device__ explicit EntryStage(DeviceEntry<T>* room) : room_(room) {}

  /// All lanes together; appends the entries of those that keep theirs.
  __device__ __forceinline__ void append(const DeviceEntry<T>& entry, bool keep, const ListArguments<T>& arguments) {
    const unsigned keeping = __ballot_sync(kFullWarp, keep);
    if (keeping == 0) return;
    const unsigned lane = threadIdx.x % kWarp;
    if (keep) room_[held_ + __popc(keeping & ((1u << lane) - 1u))] = entry;
    held_ += __popc(keeping);
    __syncwarp();
    if (held_ < kWarp) return;
    write(kWarp, arguments);
    held_ -= kWarp;
    if (static_cast<int>(lane) < held_) room_[lane] = room_[kWarp + lane];
    __syncwarp();
  }

  /// Writes what is left.
  __device__ void finish(const ListArguments<T>& arguments) {
    if (held_ > 0) write(held_, arguments);
  }

 private:
  __device__ __forceinline__ void write(int count, const ListArguments<T>& arguments) {
    const unsigned lane = threadIdx.x % kWarp;
    unsigned long long first = 0;
    if (lane == 0) {
      first =
          atomicAdd(reinterpret_cast<unsigned long long*>(arguments.listed), static_cast<unsigned long long>(count));
    }
    first = __shfl_sync(kFullWarp, first, 0);
    if (static_cast<int>(lane) < count && first + lane < arguments.room) arguments.entries[first + lane] = room_[lane];
    __syncwarp();
  }

  DeviceEntry<T>* room_;
  int held_ = 0;
};

template <class T>
__device__ bool is_within(T x, const Ends<T>* ends, int count) {
  for (int b = 0; b < count; ++b) {
    if (x >= ends[b].lo && x <= ends[b].hi) return true;
  }
  return false;
}

template <class T>
__global__ void __launch_bounds__(kThreads, 1) list_kernel(ListArguments<T> arguments) {
  const TileView<T>& tile = arguments.tile;
  auto* const ends = reinterpret_cast<Ends<T>*>(dynamic_shared());
  const int groups = padded(arguments.count) / kGroup;
  auto* const stages = reinterpret_cast<DeviceEntry<T>*>(ends + groups * kGroup);
  EntryStage<T> stage(stages + threadIdx.x / kWarp * kStagedEntries);
  for (int b = static_cast<int>(threadIdx.x); b < groups * kGroup; b += kThreads) {
    const bool any = b < arguments.count;
    ends[b].lo = any ? rounded_up(arguments.intervals[b].lo - arguments.margin, T()) : static_cast<T>(nan(""));
    ends[b].hi = any ? rounded_down(arguments.intervals[b].hi + arguments.margin, T()) : static_cast<T>(nan(""));
  }
  __syncthreads();

  const int lane = static_cast<int>(threadIdx.x % kWarp);
  const int step = static_cast<int>(global_threads() / kWarp);
  // Without anything to count below, one group's worth of passes lists all.
  const int passes = arguments.below == nullptr ? 1 : groups;
  for (int group = 0; group < passes; ++group) {
    const Ends<T>* const own = ends + group * kGroup;
    unsigned below[kGroup] = {};
    for (int row = arguments.row_begin + static_cast<int>(global_thread() / kWarp); row < arguments.row_end;
         row += step) {
      const T* const products = tile.products + row * tile.ld;
      const float factor = row_factor(tile, row);
      for (int first = tile.diagonal ? row / kWarp * kWarp : 0; first < tile.cols; first += kWarp) {
        const int col = first + lane;
        const bool is_one = is_pair(tile, row, col);
        T x = static_cast<T>(nan(""));
        if (is_one) x = as_cosine(products[col], factor * col_factor(tile, col));
#pragma unroll
        for (int b = 0; b < kGroup; ++b) below[b] += x < own[b].lo ? 1u : 0u;
        if (group > 0) continue;
        const DeviceEntry<T> entry{x, static_cast<uint16_t>(row), static_cast<uint16_t>(col)};
        stage.append(entry, is_within(x, ends, arguments.count), arguments);
      }
    }
    if (arguments.below == nullptr) continue;
#pragma unroll
    for (int b = 0; b < kGroup; ++b) {
      const unsigned of_warp = __reduce_add_sync(kFullWarp, below[b]);
      if (lane == 0 && of_warp > 0) count(arguments.below + group * kGroup + b, of_warp);
    }
  }
  stage.finish(arguments);
}

}  // namespace

template <class T>
void list_intervals(const ListArguments<T>& arguments, int64_t blocks, cudaStream_t stream) {
  if (arguments.count == 0) return;
  const int64_t rows = arguments.row_end - arguments.row_begin;
  const int64_t shared =
      padded(arguments.count) * int64_t{sizeof(Ends<T>)} + kWarps * kStagedEntries * int64_t{sizeof(DeviceEntry<T>)};
  const int64_t busy = std::min(blocks, (rows + kWarps - 1) / kWarps);
  launch(list_kernel<T>, {busy, kThreads, shared}, stream, arguments);
}

template void list_intervals<float>(const ListArguments<float>&, int64_t, cudaStream_t);
template void list_intervals<double>(const ListArguments<double>&, int64_t, cudaStream_t);

}  // namespace gramian::cuda
