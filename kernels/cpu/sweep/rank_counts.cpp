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

template <class T>
void RankCountConsumer<T>::consume(int worker, const Tile& tile, const T* cosines, int64_t ld) {
  Own& own = workers_.of(worker, [&] {
    return Own{std::vector<uint32_t>(found_.counts.size(), 0), Counts(found_.counts.size(), 0), {}, 0};
  });
  own.bins.resize(static_cast<size_t>(tile.col_end - tile.col_begin));
  for_each_row(tile, cosines, ld, [&](int64_t, int64_t, const T* x, int64_t count) {
    own.since_flush += count;
    if (own.since_flush > int64_t{std::numeric_limits<uint32_t>::max()}) {
      flush(own);
      own.since_flush = count;
    }
    bins_of(x, count, bins_, own.bins.data());
    uint32_t* const recent = own.recent.data();
    for (int64_t k = 0; k < count; ++k) ++recent[own.bins[static_cast<size_t>(k)]];
  });
}

template <class T>
void RankCountConsumer<T>::flush(Own& own) {
  for (size_t b = 0; b < own.counts.size(); ++b) own.counts[b] += own.recent[b];
  std::ranges::fill(own.recent, 0u);
}

template <class T>
void RankCountConsumer<T>::take() {
  workers_.for_each([&](Own& own) {
    flush(own);
    add(found_.counts, own.counts);
  });
}

template class RankCountConsumer<float>;
template class RankCountConsumer<double>;

}  // namespace gramian::cpu
