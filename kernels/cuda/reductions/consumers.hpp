#pragma once
// The findings that one device's share of a sweep leaves on the device, and how they join those of the sweep.

#include <cstddef>
#include <cstdint>

#include "engine/sweep/sweep.hpp"
#include "kernels/cuda/reductions/binned.hpp"
#include "kernels/cuda/reductions/listed.hpp"
#include "kernels/cuda/reductions/reduce.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

/// Device memory that what a sweep leaves needs, but for tiles and kept values.
int64_t consumers_bytes(const SweepRequest& request, const SweepShape& shape);

/// Consumers of every reduction but Probes and Dense, which belong to tiles (Worker), and Listed (PairLists).
template <class T>
class Consumers {
 public:
  /// `proven`: of every cosine of the rows at hand.
  Consumers(Device& device, const SweepRequest& request, const SweepShape& shape, int64_t tile_edge, double proven,
            cudaStream_t stream);

  /// All but the kept values, the probes and the dense cosines.
  ReduceArguments<T> arguments(const TileView<T>& tile);
  /// Work that only brackets ask for.
  ReduceArguments<T> arguments_of_kept(const TileView<T>& tile);
  void reduce(const ReduceArguments<T>& arguments, cudaStream_t stream);
  bool keeps_values() const { return brackets_.keeps_values(); }
  void count_pairs(const Tile& tile) { pairs_ += pairs_in(tile); }
  void distribute(const T* kept, int64_t count) { brackets_.distribute(kept, count); }
  /// Adds all to what `state` holds. Waits for `stream`; call once.
  void add_to(SweepState& state, cudaStream_t stream);

 private:
  // One of each for every kind and no other: a new kind does not compile until it is thought of here.
  void want(size_t, const Extremes&) { extremes_.want(blocks_, stream_); }
  void want(size_t place, const Histogram& histogram) { histograms_.want(place, histogram); }
  void want(size_t place, const Bracket& bracket) { brackets_.want(place, bracket); }
  void want(size_t, const Probes&) {}
  void want(size_t, const Dense&) {}
  void want(size_t, const Nearest& nearest) { nearest_.want(nearest, shape_, tile_edge_, stream_); }
  void want(size_t place, const Degrees& degrees) { degrees_.want(place, degrees, shape_, proven_, stream_); }
  void want(size_t, const RankCounts& ranks) { ranks_.want(ranks, stream_); }
  void want(size_t, const Listed&) {}

  void add(SweepState& state, size_t place, const Extremes&) { extremes_.add_to(state.of<Extremes>(place), stream_); }
  void add(SweepState& state, size_t place, const Histogram& histogram) {
    histograms_.add_to(state, place, histogram, fine_counts_, stream_);
  }
  void add(SweepState& state, size_t place, const Bracket&) {
    brackets_.add_to(state, place, fine_counts_, pairs_, stream_);
  }
  void add(SweepState&, size_t, const Probes&) {}
  void add(SweepState&, size_t, const Dense&) {}
  void add(SweepState& state, size_t place, const Nearest& nearest) {
    nearest_.add_to(state.of<Nearest>(place), nearest, stream_);
  }
  void add(SweepState& state, size_t place, const Degrees&) {
    degrees_.add_to(state.of<Degrees>(place), place, stream_);
  }
  void add(SweepState&, size_t, const Listed&) {}
  void add(SweepState& state, size_t place, const RankCounts&) { ranks_.add_to(state.of<RankCounts>(place), stream_); }

  const SweepRequest& request_;
  SweepShape shape_;
  int64_t tile_edge_;
  double proven_;
  int64_t blocks_;
  cudaStream_t stream_;
  uint64_t pairs_ = 0;
  DeviceBuffer<uint64_t> fine_;  // counts on the fine grid, where histograms or brackets want them
  Counts fine_counts_;           // the same, at the end
  ExtremesOnDevice<T> extremes_;
  HistogramsOnDevice histograms_;
  BracketsOnDevice<T> brackets_;
  RanksOnDevice ranks_;
  DegreesOnDevice<T> degrees_;
  NearestOnDevice<T> nearest_;
};

}  // namespace gramian::cuda
