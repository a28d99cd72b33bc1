#pragma once
// How many cosines fall into each bin of a RankBins.

#include <cstdint>
#include <vector>

#include "engine/reductions/rank_counts.hpp"
#include "kernels/cpu/sweep/consumer.hpp"

namespace gramian::cpu {

/// The bins of `count` values.
void bins_of(const float* x, int64_t count, const RankBins& ranks, uint32_t* bins);
void bins_of(const double* x, int64_t count, const RankBins& ranks, uint32_t* bins);

template <class T>
class RankCountConsumer final : public Consumer<T> {
 public:
  RankCountConsumer(const RankCounts& wanted, int workers, RankCounts::Found& found)
      : bins_(*wanted.bins), found_(found), workers_(workers) {}
  void consume(int worker, const Tile& tile, const T* cosines, int64_t ld) override;
  void take() override;

 private:
  struct Own {
    std::vector<uint32_t> recent;  // in 32 bits, since these counters are what misses the cache
    Counts counts;
    std::vector<uint32_t> bins;  // of a row
    int64_t since_flush = 0;
  };
  static void flush(Own& own);

  const RankBins& bins_;
  RankCounts::Found& found_;
  PerWorker<Own> workers_;
};

}  // namespace gramian::cpu
