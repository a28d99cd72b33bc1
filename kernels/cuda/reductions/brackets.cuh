#pragma once
// Counts on the fine grid, and what brackets find beyond them.

#include "engine/cosines/ordered.hpp"
#include "kernels/cuda/reductions/arguments.hpp"
#include "kernels/cuda/reductions/patch.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {

/// Places of a warp's stage: less than a warp waits there, and a whole one may come.
inline constexpr int kStaged = 2 * kWarp;

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
__device__ __forceinline__ bool into_brackets(T x, const BracketArguments<T>& arguments) {
  const int bin = fine_bin_of(x);
  const int only = arguments.bracket_of[bin];
  if (only != kSeveralBrackets) return into_bracket(x, bin, arguments.brackets[only], arguments.only_kept);
  bool keep = false;
  for (int b = 0; b < arguments.count; ++b) {
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
  __device__ __forceinline__ void append(T x, bool keep, const BracketArguments<T>& arguments) {
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
  __device__ void finish(const BracketArguments<T>& arguments) {
    if (held_ > 0) write(held_, arguments);
  }

 private:
  __device__ __forceinline__ void write(int count, const BracketArguments<T>& arguments) {
    const unsigned lane = threadIdx.x % kWarp;
    unsigned long long first = 0;
    if (lane == 0) {
      first = atomicAdd(reinterpret_cast<unsigned long long*>(arguments.kept.count),
                        static_cast<unsigned long long>(count));
    }
    first = __shfl_sync(kFullWarp, first, 0);
    if (static_cast<int>(lane) < count && first + lane < arguments.kept.room) {
      arguments.kept.values[first + lane] = room_[lane];
    }
  }

  T* room_;       // kStaged
  int held_ = 0;  // the same in all lanes; less than a warp between two calls
};

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

/// Re-reads the values whose bit is set in `hits` and files them into their brackets.
template <class T>
__device__ __forceinline__ void look_at_hits(const Patch<T>& patch, unsigned hits, KeptStage<T>& stage,
                                             const TileView<T>& tile, const BracketArguments<T>& arguments) {
  for (; __ballot_sync(kFullWarp, hits != 0) != 0; hits &= hits - 1) {
    T x = 0;
    bool keep = false;
    if (hits != 0) {
      const int k = __ffs(hits) - 1;
      x = cosine_at(tile, patch.row + k / Patch<T>::kCols, patch.col + k % Patch<T>::kCols);
      keep = into_brackets(x, arguments);
    }
    if (arguments.kept.count != nullptr) stage.append(x, keep, arguments);
  }
}

}  // namespace gramian::cuda
