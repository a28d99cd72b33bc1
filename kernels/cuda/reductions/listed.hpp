#pragma once
// Extremes, rank counts, degrees and nearest neighbours on the device, and what they find.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/sweep/sweep.hpp"
#include "kernels/cuda/reductions/arguments.hpp"
#include "kernels/cuda/runtime/buffers.hpp"

namespace gramian::cuda {

template <class T>
class ExtremesOnDevice {
 public:
  void want(int64_t blocks, cudaStream_t stream);
  ExtremesArguments<T> arguments() { return {blocks_.data()}; }
  void add_to(Extremes::Found& found, cudaStream_t stream) const;

 private:
  DeviceBuffer<BlockExtremes<T>> blocks_;
};

class RanksOnDevice {
 public:
  void want(const RankCounts& ranks, cudaStream_t stream);
  RankArguments arguments() { return {cells_.data(), counts_.data()}; }
  void add_to(RankCounts::Found& found, cudaStream_t stream) const;

 private:
  DeviceBuffer<uint32_t> cells_;
  DeviceBuffer<uint64_t> counts_;
};

/// Both sides of a rectangle that ask for the same threshold share it.
template <class T>
class DegreesOnDevice {
 public:
  /// `proven`: of every cosine of the rows at hand.
  void want(size_t place, const Degrees& degrees, const SweepShape& shape, double proven, cudaStream_t stream);
  void prepare(cudaStream_t stream) { thresholds_ = on_device(listed_, stream); }
  DegreeArguments<T> arguments() const { return {thresholds_.data(), static_cast<int>(thresholds_.size())}; }
  void add_to(Degrees::Found& found, size_t place, cudaStream_t stream) const;

 private:
  struct Wanted {
    size_t place;
    DeviceBuffer<uint64_t> counts;
  };
  std::vector<Wanted> wanted_;
  std::vector<DeviceDegrees<T>> listed_;
  DeviceBuffer<DeviceDegrees<T>> thresholds_;
};

template <class T>
class NearestOnDevice {
 public:
  void want(const Nearest& nearest, const SweepShape& shape, int64_t tile_edge, cudaStream_t stream);
  bool any() const { return rows_.has_value() || columns_.has_value(); }
  /// The listed rows of a tile: on a diagonal one its rows are its columns.
  NearestArguments<T> arguments(const TileView<T>& tile);
  void add_to(Nearest::Found& found, const Nearest& nearest, cudaStream_t stream) const;

 private:
  bool triangle_ = false;
  std::optional<NeighborLists<T>> rows_, columns_;
};

}  // namespace gramian::cuda
