#pragma once
// How many cosines fall into each bin of a RankBins.

#include <cstdint>
#include <vector>

#include "engine/sweep/sweep.hpp"

namespace gramian::cpu {

/// The bins of `count` values.
void bins_of(const float* x, int64_t count, const RankBins& ranks, uint32_t* bins);
void bins_of(const double* x, int64_t count, const RankBins& ranks, uint32_t* bins);

/// One worker's share.
class RankCounter {
 public:
  explicit RankCounter(const RankBins& ranks);
  /// Consumes the valid part of `cosines` (leading dimension ld): all of the tile, or j > i on a diagonal one.
  template <class T>
  void consume(const Tile& tile, const T* cosines, int64_t ld);
  std::vector<uint64_t> take();

 private:
  void flush();

  const RankBins& ranks_;
  std::vector<uint32_t> recent_;
  std::vector<uint64_t> counts_;
  std::vector<uint32_t> bins_;
  int64_t since_flush_ = 0;
};

}  // namespace gramian::cpu
