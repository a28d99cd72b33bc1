#include "kernels/cpu/sweep/rank_counts.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "kernels/cpu/isa/isa.hpp"

namespace gramian::cpu {

void bins_of(const float* x, int64_t count, const RankBins& ranks, uint32_t* bins) {
  isa_table().rank_bins_f32(x, count, ranks.cells().data(), bins);
}

void bins_of(const double* x, int64_t count, const RankBins& ranks, uint32_t* bins) {
  isa_table().rank_bins_f64(x, count, ranks.cells().data(), bins);
}

RankCounter::RankCounter(const RankBins& ranks)
    : ranks_(ranks), recent_(static_cast<size_t>(ranks.bins()), 0), counts_(static_cast<size_t>(ranks.bins()), 0) {}

template <class T>
void RankCounter::consume(const Tile& tile, const T* cosines, int64_t ld) {
  const int64_t width = tile.col_end - tile.col_begin;
  bins_.resize(static_cast<size_t>(width));
  for (int64_t row = tile.row_begin; row < tile.row_end; ++row) {
    const int64_t skip = tile.diagonal ? row + 1 - tile.col_begin : 0;
    const int64_t count = width - skip;
    if (count <= 0) break;
    since_flush_ += count;
    if (since_flush_ > int64_t{std::numeric_limits<uint32_t>::max()}) {
      flush();
      since_flush_ = count;
    }
    bins_of(cosines + (row - tile.row_begin) * ld + skip, count, ranks_, bins_.data());
    for (int64_t k = 0; k < count; ++k) ++recent_[bins_[static_cast<size_t>(k)]];
  }
}

void RankCounter::flush() {
  for (size_t b = 0; b < counts_.size(); ++b) counts_[b] += recent_[b];
  std::ranges::fill(recent_, 0u);
}

std::vector<uint64_t> RankCounter::take() {
  flush();
  return std::move(counts_);
}

template void RankCounter::consume(const Tile&, const float*, int64_t);
template void RankCounter::consume(const Tile&, const double*, int64_t);

}  // namespace gramian::cpu
