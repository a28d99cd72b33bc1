#pragma once
// Histograms and brackets on the device, and what they find.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/sweep/sweep.hpp"
#include "kernels/cuda/reductions/arguments.hpp"
#include "kernels/cuda/runtime/buffers.hpp"

namespace gramian::cuda {

/// Those off the fine grid; the others follow from the counts on it.
class HistogramsOnDevice {
 public:
  /// `place`: in the request.
  void want(size_t place, const Histogram& histogram);
  void prepare(cudaStream_t stream);
  HistogramArguments arguments() const;
  /// Adds what was found to that of the reduction at `place`. `fine`: the counts on the grid.
  void add_to(SweepState& state, size_t place, const Histogram& histogram, const Counts& fine,
              cudaStream_t stream) const;

 private:
  struct OffGrid {
    size_t place;
    Histogram histogram;
    DeviceBuffer<double> edges;
    DeviceBuffer<uint64_t> counts;
  };
  std::vector<OffGrid> off_grid_;
  DeviceBuffer<DeviceHistogram> histograms_;
};

template <class T>
class BracketsOnDevice {
 public:
  void want(size_t place, const Bracket& bracket);
  void prepare(cudaStream_t stream);
  bool any() const { return !wanted_.empty(); }
  bool keeps_values() const;
  /// But for where values are kept.
  BracketArguments<T> arguments() const;
  /// Sorts kept values into their brackets.
  void distribute(const T* kept, int64_t count);
  /// Adds what was found to that of the reduction at `place`, once each. `pairs`: so many cosines have been seen.
  void add_to(SweepState& state, size_t place, const Counts& fine, uint64_t pairs, cudaStream_t stream);

 private:
  struct Wanted {
    size_t place;
    Bracket bracket;
    DeviceBuffer<uint64_t> counts;  // empty where values are kept
    std::vector<T> kept;
  };
  std::vector<Wanted> wanted_;
  DeviceBuffer<uint32_t> touched_;
  DeviceBuffer<uint8_t> bracket_of_;
  DeviceBuffer<uint64_t> below_;
  DeviceBuffer<DeviceBracket<T>> brackets_;
};

}  // namespace gramian::cuda
