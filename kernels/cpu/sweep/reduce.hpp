#pragma once
// What consumes a tile of cosines while it is in the cache: one worker's share of a SweepState.

#include <cstdint>
#include <mutex>
#include <vector>

#include "engine/sweep/sweep.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/rows/panels.hpp"

namespace gramian::cpu {

/// Brackets' kept values and counts, shared by all workers: workers hand over buffers, rarely, so a mutex is enough.
template <class T>
class SharedBrackets {
 public:
  explicit SharedBrackets(const std::vector<Bracket>& brackets);
  void drain(int64_t bracket, const T* values, int64_t count);
  std::vector<BracketCounts> take();

 private:
  void flush(size_t bracket);

  const std::vector<Bracket>& brackets_;
  std::vector<std::mutex> mutexes_;
  std::vector<BracketCounts> counts_;
  // Counted in 32 bits, since these counters are what misses the cache.
  std::vector<std::vector<uint32_t>> recent_;
  std::vector<int64_t> recent_total_;
};

/// One worker. T is the type of the cosines.
template <class T>
class TileReducer {
 public:
  TileReducer(const SweepRequest& request, int64_t n, int64_t tile_edge, SharedBrackets<T>& shared, double* dense);

  /// Consumes the valid part of `cosines` (leading dimension ld): all of the tile, or j > i on a diagonal one.
  void consume(const Tile& tile, const T* cosines, int64_t ld);
  /// Hands over what is still buffered and returns everything but the brackets' kept values.
  SweepState finish();

 private:
  /// `count` values from (row, col) on: a piece of one row, or whole rows of a block `width` columns wide.
  void consume_segment(int64_t row, int64_t col, int64_t width, const T* x, int64_t count);
  void note_extremes(int64_t row, int64_t col, int64_t width, const T* x, int64_t count, T lo, T hi);
  void flush_counts();
  /// Sorts the values that the fine pass kept into their brackets.
  void distribute_kept();
  void filter_into_brackets(const std::vector<size_t>& which, const T* x, int64_t count);
  void drain(int64_t at_least);

  const SweepRequest& request_;
  int64_t n_;
  SharedBrackets<T>& shared_;
  double* dense_;
  SweepState state_;

  // What lies on the fine grid is derived from one count over it; the rest has loops of its own.
  std::vector<size_t> fine_histograms_, plain_histograms_;
  std::vector<size_t> fine_brackets_, plain_brackets_;

  std::vector<uint32_t> fine_counts_;
  std::vector<uint64_t> fine_total_;
  std::vector<uint16_t> range_first_, range_span_;
  AlignedBuffer<T> fine_kept_;
  FineLoop<T> fine_loop_;

  struct Histogram {
    std::vector<double> edges;
    std::vector<uint32_t> counts;
    HistogramLoop loop;
  };
  std::vector<Histogram> histograms_;  // as plain_histograms_
  int64_t since_flush_ = 0;

  std::vector<uint64_t> below_;            // a bracket
  std::vector<AlignedBuffer<T>> buffers_;  // a bracket
  std::vector<T*> kept_;                   // a bracket: end of what its buffer holds
};

}  // namespace gramian::cpu
