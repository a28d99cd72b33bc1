#pragma once
// Degrees of thresholded graphs: one worker's counts.

#include <cstdint>
#include <type_traits>
#include <vector>

#include "engine/sweep/sweep.hpp"

namespace gramian::cpu {

template <class T>
class DegreeReducer {
 public:
  DegreeReducer(const std::vector<double>& thresholds, int64_t rows, int64_t tile_edge);
  void consume(const Tile& tile, const T* cosines, int64_t ld);
  std::vector<std::vector<uint64_t>> take() { return std::move(degrees_); }

 private:
  using Counter = std::conditional_t<std::is_same_v<T, double>, int64_t, int32_t>;
  std::vector<T> thresholds_;
  std::vector<std::vector<uint64_t>> degrees_;  // a threshold
  std::vector<Counter> columns_;                // of the tile at hand
};

}  // namespace gramian::cpu
