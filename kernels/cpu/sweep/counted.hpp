#pragma once
// Extremes, histograms, brackets and what lies in intervals: what counts cosines and does not care where they are. They
// share one pass, in which all that lies on the fine grid is counted once.

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/reductions/bracket.hpp"
#include "engine/reductions/extremes.hpp"
#include "engine/reductions/histogram.hpp"
#include "engine/reductions/listed.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/rows/panels.hpp"
#include "kernels/cpu/sweep/consumer.hpp"
#include "kernels/cpu/sweep/fine_listed.hpp"

namespace gramian::cpu {

/// Reductions that the pass over a tile computes.
struct Counted {
  bool extremes = false;
  std::vector<Histogram> histograms;
  std::vector<Bracket> brackets;
  const Listed* listed = nullptr;  // where there is a histogram on the fine grid
  double listed_margin = 0.0;
};

/// Brackets' kept values and counts, shared by all workers: workers hand over buffers, rarely, so a mutex is enough.
template <class T>
class SharedBrackets {
 public:
  explicit SharedBrackets(const std::vector<Bracket>& brackets);
  void drain(int64_t bracket, const T* values, int64_t count);
  /// Everything but what lies below; call once.
  void take(int64_t bracket, Bracket::Found& found);

 private:
  void flush(size_t bracket);

  const std::vector<Bracket>& brackets_;
  std::vector<std::mutex> mutexes_;
  std::vector<Bracket::Found> counts_;
  // Counted in 32 bits, since these counters are what misses the cache.
  std::vector<std::vector<uint32_t>> recent_;
  std::vector<int64_t> recent_total_;
};

/// One worker's share of the counts. T is the type of the cosines.
template <class T>
class TileCounter {
 public:
  TileCounter(const Counted& wanted, int64_t tile_edge, SharedBrackets<T>& shared);

  void consume(const Tile& tile, const T* cosines, int64_t ld);
  /// Hands over what is still buffered; then the rest may be read.
  void finish();
  const Extremes::Found& extremes() const { return extremes_; }
  const Histogram::Found& histogram(size_t h) const { return found_histograms_[h]; }
  uint64_t below(size_t bracket) const { return below_[bracket]; }
  Listed::Found listed() const { return listed_->found(fine_total_); }

 private:
  /// `count` values from (row, col) on: a piece of one row, or whole rows of a block `width` columns wide.
  void consume_segment(int64_t row, int64_t col, int64_t width, const T* x, int64_t count);
  void note_extremes(int64_t row, int64_t col, int64_t width, const T* x, int64_t count, T lo, T hi);
  void flush_counts();
  /// Sorts the values that the fine pass kept into their brackets.
  void distribute_kept();
  void filter_into_brackets(const std::vector<size_t>& which, const T* x, int64_t count);
  void drain(int64_t at_least);

  const Counted& wanted_;
  SharedBrackets<T>& shared_;
  Extremes::Found extremes_;
  std::vector<Histogram::Found> found_histograms_;

  // Requests on the fine grid are derived from one count over it; the rest have loops of their own.
  std::vector<size_t> fine_histograms_, plain_histograms_;
  std::vector<size_t> fine_brackets_, plain_brackets_;

  std::vector<uint32_t> fine_counts_;
  std::vector<uint64_t> fine_total_;
  std::vector<uint16_t> range_first_, range_span_;
  AlignedBuffer<T> fine_kept_;
  std::vector<uint32_t> fine_at_;
  FineLoop<T> fine_loop_;
  std::unique_ptr<FineListed<T>> listed_;

  struct PlainHistogram {
    std::vector<double> edges;
    std::vector<uint32_t> counts;
    HistogramLoop loop;
  };
  std::vector<PlainHistogram> histograms_;  // as plain_histograms_
  int64_t since_flush_ = 0;
  int64_t tile_row_ = 0;  // where the tile at hand begins
  int64_t tile_col_ = 0;

  std::vector<uint64_t> below_;            // a bracket
  std::vector<AlignedBuffer<T>> buffers_;  // a bracket
  std::vector<T*> kept_;                   // a bracket: end of what its buffer holds
};

template <class T>
class CountedConsumer final : public Consumer<T> {
 public:
  CountedConsumer(int64_t tile_edge, int workers) : tile_edge_(tile_edge), workers_(workers) {}
  void add(const Extremes& wanted, Extremes::Found& found);
  void add(const Histogram& wanted, Histogram::Found& found);
  void add(const Bracket& wanted, Bracket::Found& found);
  /// Asks for a histogram on the fine grid besides.
  void add(const Listed& wanted, double margin, Listed::Found& found);
  /// Nothing may be added any more.
  void start();
  void consume(int worker, const Tile& tile, const T* cosines, int64_t ld) override;
  void take() override;

 private:
  int64_t tile_edge_;
  Counted wanted_;
  Extremes::Found* extremes_ = nullptr;
  std::vector<Histogram::Found*> histograms_;
  std::vector<Bracket::Found*> brackets_;
  Listed::Found* listed_ = nullptr;
  std::unique_ptr<SharedBrackets<T>> shared_;
  PerWorker<TileCounter<T>> workers_;
};

}  // namespace gramian::cpu
