#pragma once
// What one device's share of a sweep leaves on the device, and how it becomes a SweepState.

#include <cstdint>
#include <vector>

#include "engine/sweep/sweep.hpp"
#include "kernels/cuda/runtime/buffers.hpp"
#include "kernels/cuda/runtime/device.hpp"
#include "kernels/cuda/sweep/neighbors.hpp"
#include "kernels/cuda/sweep/reduce.hpp"

namespace gramian::cuda {

/// Device memory that what a sweep leaves needs, but for tiles and kept values.
int64_t states_bytes(const SweepRequest& request, int64_t n, CosineType type);

template <class T>
class SweepStates {
 public:
  SweepStates(Device& device, const SweepRequest& request, int64_t n, int64_t tile_edge, cudaStream_t stream);

  /// All but the tile, the kept values, the probes and the dense cosines.
  ReduceArguments<T> arguments();
  int64_t blocks() const { return blocks_; }
  bool keeps_values() const { return keeps_values_; }
  NeighborLists<T>* neighbors() { return neighbors_.size() > 0 ? neighbors_.data() : nullptr; }
  void count_pairs(const Tile& tile);
  /// Sorts kept values into their brackets.
  void distribute(const T* kept, int64_t count);
  /// Waits for `stream`. Everything but probes and dense cosines; call once.
  SweepState take(cudaStream_t stream);

 private:
  void prepare_brackets(cudaStream_t stream);
  void prepare_histograms(cudaStream_t stream);

  const SweepRequest& request_;
  int64_t n_;
  int64_t blocks_;
  uint64_t pairs_ = 0;
  bool keeps_values_ = false;
  std::vector<BracketCounts> kept_;  // a bracket: what distribute() has put there

  DeviceBuffer<BlockExtremes<T>> extremes_;
  DeviceBuffer<uint64_t> fine_;
  DeviceBuffer<uint32_t> touched_;
  DeviceBuffer<uint8_t> bracket_of_;
  DeviceBuffer<uint64_t> below_;
  std::vector<DeviceBuffer<uint64_t>> bracket_counts_;  // a bracket; empty where values are kept
  DeviceBuffer<DeviceBracket<T>> brackets_;
  std::vector<size_t> plain_histograms_;  // those off the fine grid
  std::vector<DeviceBuffer<double>> edges_;
  std::vector<DeviceBuffer<uint64_t>> histogram_counts_;
  DeviceBuffer<DeviceHistogram> histograms_;
  DeviceBuffer<uint32_t> rank_cells_;
  DeviceBuffer<uint64_t> rank_counts_;
  DeviceBuffer<T> thresholds_;
  DeviceBuffer<uint64_t> degrees_;
  std::vector<NeighborLists<T>> neighbors_;  // one or none
};

}  // namespace gramian::cuda
