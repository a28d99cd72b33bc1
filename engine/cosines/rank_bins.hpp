#pragma once
// Bins of about equal mass for ranking more cosines than can be sorted. Every cell of the fine grid (fine_grid.hpp) is
// cut into 2^p equal parts, p of its own, so that a bin is found by one look-up and exact arithmetic: the same bin on
// every device, and a larger cosine never in a lower bin.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/cosines/cosine_type.hpp"
#include "engine/cosines/fine_grid.hpp"

namespace gramian {

class RankBins {
 public:
  /// `log_parts`: p of each of the kFineBins cells, 0 <= p <= kMaxLogParts; at most 2^27 bins in all.
  explicit RankBins(std::span<const uint8_t> log_parts);
  /// Cuts the cells so that, judged by a sample of cosines, a cosine's bin holds 1/`parts` of all on average.
  /// `sample` is sorted.
  static RankBins of_sample(std::vector<double>& sample, CosineType type, double parts);

  int64_t bins() const { return bins_; }
  /// For each cell, the number of its first bin << kLogPartsBits | p.
  std::span<const uint32_t> cells() const { return cells_; }

  /// The bin of x, -1 <= x <= 1. With c the cell and lo its lower edge: first[c] + floor((x - lo) 2^13 2^p).
  template <class T>
  int64_t bin(T x) const {
    const auto cell = std::min(static_cast<int64_t>(std::floor(x * T(kFinePerUnit))) + kFineBins / 2, kFineBins - 1);
    const T lo = static_cast<T>(cell - kFineBins / 2) / T(kFinePerUnit);
    const auto part = static_cast<int64_t>((x - lo) * T(int64_t{kFinePerUnit} << kMaxLogParts));
    const uint32_t entry = cells_[static_cast<size_t>(cell)];
    const int p = static_cast<int>(entry & ((1u << kLogPartsBits) - 1));
    return static_cast<int64_t>(entry >> kLogPartsBits) +
           (std::min(part, (int64_t{1} << kMaxLogParts) - 1) >> (kMaxLogParts - p));
  }
  /// Tells for every bin whether two different cosines of this type can lie in it.
  std::vector<bool> mixed(CosineType type) const;

 private:
  std::vector<uint32_t> cells_;
  int64_t bins_ = 0;
};

}  // namespace gramian
