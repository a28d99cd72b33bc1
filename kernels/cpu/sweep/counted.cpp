#include "kernels/cpu/sweep/counted.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "engine/cosines/ordered.hpp"
#include "engine/reductions/fine_counts.hpp"

namespace gramian::cpu {
namespace {

/// Values a bracket's buffer holds before it is handed over, apart from room for one segment.
constexpr int64_t kBuffered = 2048;
/// Values in one segment at most, unless one row has more.
constexpr int64_t kSegment = 8192;
/// FineLoop's ranges come this many times, ready for a vector register.
constexpr int64_t kRangeCopies = 32;
/// Top bit of a fine count: the slot's values are wanted.
constexpr uint32_t kWanted = uint32_t{1} << 31;
/// Counts are moved to 64 bits before they can reach that bit.
constexpr int64_t kFlushEvery = int64_t{1} << 31;

void loop_extremes(const float* x, int64_t count, float* lo, float* hi) { isa_table().extremes_f32(x, count, lo, hi); }
void loop_extremes(const double* x, int64_t count, double* lo, double* hi) {
  isa_table().extremes_f64(x, count, lo, hi);
}
void loop_fine(const float* x, int64_t count, FineLoop<float>* loop) { isa_table().fine_f32(x, count, loop); }
void loop_fine(const double* x, int64_t count, FineLoop<double>* loop) { isa_table().fine_f64(x, count, loop); }
void loop_histogram(const float* x, int64_t count, const HistogramLoop& loop) {
  isa_table().histogram_f32(x, count, loop);
}
void loop_histogram(const double* x, int64_t count, const HistogramLoop& loop) {
  isa_table().histogram_f64(x, count, loop);
}
void loop_bracket(const float* x, int64_t count, BracketLoop<float>* loop) { isa_table().bracket_f32(x, count, loop); }
void loop_bracket(const double* x, int64_t count, BracketLoop<double>* loop) {
  isa_table().bracket_f64(x, count, loop);
}

}  // namespace

template <class T>
SharedBrackets<T>::SharedBrackets(const std::vector<Bracket>& brackets)
    : brackets_(brackets),
      mutexes_(brackets.size()),
      counts_(brackets.size()),
      recent_(brackets.size()),
      recent_total_(brackets.size(), 0) {
  constexpr CosineType kType = std::is_same_v<T, double> ? CosineType::f64 : CosineType::f32;
  for (size_t b = 0; b < brackets.size(); ++b) {
    counts_[b].values = std::vector<T>();
    if (brackets[b].keep != Bracket::Keep::counts) continue;
    recent_[b].assign(static_cast<size_t>(bracket_slots(brackets[b], kType)), 0);
  }
}

template <class T>
void SharedBrackets<T>::drain(int64_t bracket, const T* values, int64_t count) {
  const auto b = static_cast<size_t>(bracket);
  const std::scoped_lock lock(mutexes_[b]);
  counts_[b].inside += static_cast<uint64_t>(count);
  if (brackets_[b].keep == Bracket::Keep::values) {
    std::vector<T>& kept = std::get<std::vector<T>>(counts_[b].values);
    kept.insert(kept.end(), values, values + count);
    return;
  }
  recent_total_[b] += count;
  if (recent_total_[b] > int64_t{std::numeric_limits<uint32_t>::max()}) {
    flush(b);
    recent_total_[b] = count;
  }
  const auto first = ordered_key(static_cast<T>(brackets_[b].lo));
  uint32_t* const recent = recent_[b].data();
  for (int64_t k = 0; k < count; ++k) ++recent[(ordered_key(values[k]) - first) >> brackets_[b].shift];
}

template <class T>
void SharedBrackets<T>::flush(size_t bracket) {
  std::vector<uint64_t>& counts = counts_[bracket].counts;
  counts.resize(recent_[bracket].size(), 0);
  for (size_t slot = 0; slot < counts.size(); ++slot) counts[slot] += recent_[bracket][slot];
  std::ranges::fill(recent_[bracket], 0u);
}

template <class T>
void SharedBrackets<T>::take(int64_t bracket, Bracket::Found& found) {
  const auto b = static_cast<size_t>(bracket);
  flush(b);
  counts_[b].below = found.below;
  found = std::move(counts_[b]);
}

template <class T>
TileCounter<T>::TileCounter(const Counted& wanted, int64_t tile_edge, SharedBrackets<T>& shared)
    : wanted_(wanted), shared_(shared) {
  for (size_t h = 0; h < wanted.histograms.size(); ++h) {
    const Histogram& spec = wanted.histograms[h];
    found_histograms_.push_back(spec.nothing({}));
    if (on_fine_grid(spec)) {
      fine_histograms_.push_back(h);
      continue;
    }
    plain_histograms_.push_back(h);
    PlainHistogram histogram;
    histogram.edges = edges_of(spec);
    // Whole cache lines and one more, so that equal slots of the copies do not fall on one cache set.
    const int64_t stride = (spec.bins + 2 + 15) / 16 * 16 + 16;
    histogram.counts.assign(static_cast<size_t>(4 * stride), 0);
    histogram.loop = {spec.lo, spec.hi, spec.bins, nullptr, nullptr, stride};
    histograms_.push_back(std::move(histogram));
  }
  for (PlainHistogram& histogram : histograms_) {
    histogram.loop.edges = histogram.edges.data();
    histogram.loop.counts = histogram.counts.data();
  }
  for (size_t b = 0; b < wanted.brackets.size(); ++b) {
    (on_fine_grid(wanted.brackets[b], std::is_same_v<T, double>) ? fine_brackets_ : plain_brackets_).push_back(b);
    buffers_.emplace_back(2 * kBuffered + std::max(kSegment, tile_edge));
    kept_.push_back(buffers_.back().data());
  }
  below_.assign(wanted.brackets.size(), 0);
  if (!fine_histograms_.empty() || !fine_brackets_.empty()) {
    fine_counts_.assign(kFineBins, 0);
    fine_total_.assign(kFineBins, 0);
    for (const size_t b : fine_brackets_) {
      for (int64_t bin = fine_bin(wanted.brackets[b].lo); bin <= fine_bin(wanted.brackets[b].hi); ++bin) {
        fine_counts_[static_cast<size_t>(bin)] = kWanted;
      }
    }
    if (wanted.listed != nullptr) {
      const int64_t most = std::max(kSegment, tile_edge);
      listed_ = std::make_unique<FineListed<T>>(*wanted.listed, wanted.listed_margin, most);
      listed_->for_each_slot([&](int64_t slot) { fine_counts_[static_cast<size_t>(slot)] = kWanted; });
      fine_at_.resize(static_cast<size_t>(most + 16));
    }
    for (int64_t slot = 0; slot < kFineBins; ++slot) {
      if (fine_counts_[static_cast<size_t>(slot)] == 0) continue;
      if (slot > 0 && fine_counts_[static_cast<size_t>(slot - 1)] != 0) {
        for (auto copy = range_span_.end() - kRangeCopies; copy != range_span_.end(); ++copy) ++*copy;
      } else {
        range_first_.insert(range_first_.end(), kRangeCopies, static_cast<uint16_t>(slot));
        range_span_.insert(range_span_.end(), kRangeCopies, 0);
      }
    }
    fine_loop_.ranges = std::ssize(range_first_) / kRangeCopies;
    fine_loop_.first = range_first_.data();
    fine_loop_.span = range_span_.data();
    fine_kept_ = AlignedBuffer<T>(kBuffered + std::max(kSegment, tile_edge) + 16);
    fine_loop_.counts = fine_counts_.data();
    fine_loop_.kept = fine_kept_.data();
  }
}

template <class T>
void TileCounter<T>::consume(const Tile& tile, const T* cosines, int64_t ld) {
  const int64_t width = tile.col_end - tile.col_begin;
  tile_row_ = tile.row_begin;
  tile_col_ = tile.col_begin;
  // Rows that lie next to each other in memory are one segment: fewer, longer loops.
  const int64_t rows_at_once = !tile.diagonal && width == ld ? std::max<int64_t>(1, kSegment / width) : 1;
  for (int64_t row = tile.row_begin; row < tile.row_end; row += rows_at_once) {
    const int64_t skip = tile.diagonal ? row + 1 - tile.col_begin : 0;
    if (skip >= width) break;
    const int64_t rows = std::min(rows_at_once, tile.row_end - row);
    consume_segment(row, tile.col_begin + skip, width, cosines + (row - tile.row_begin) * ld + skip,
                    rows * width - skip);
  }
  if (listed_ != nullptr) listed_->hand_over(tile);
}

template <class T>
void TileCounter<T>::consume_segment(int64_t row, int64_t col, int64_t width, const T* x, int64_t count) {
  since_flush_ += count;
  if (since_flush_ >= kFlushEvery) {
    flush_counts();
    since_flush_ = count;
  }
  T lo = std::numeric_limits<T>::infinity();
  T hi = -lo;
  if (!fine_counts_.empty()) {
    fine_loop_.min = lo;
    fine_loop_.max = hi;
    const T* const kept = fine_loop_.kept;
    if (listed_ != nullptr) fine_loop_.at = fine_at_.data();
    loop_fine(x, count, &fine_loop_);
    lo = fine_loop_.min;
    hi = fine_loop_.max;
    if (listed_ != nullptr) {
      listed_->take(kept, fine_at_.data(), fine_loop_.kept - kept, row - tile_row_, col - tile_col_, width);
      if (fine_brackets_.empty()) fine_loop_.kept = fine_kept_.data();
    }
    if (fine_loop_.kept - fine_kept_.data() >= kBuffered) distribute_kept();
  } else if (wanted_.extremes) {
    loop_extremes(x, count, &lo, &hi);
  }
  if (wanted_.extremes) note_extremes(row, col, width, x, count, lo, hi);
  for (const PlainHistogram& histogram : histograms_) loop_histogram(x, count, histogram.loop);
  if (!plain_brackets_.empty()) {
    filter_into_brackets(plain_brackets_, x, count);
    drain(kBuffered);
  }
}

template <class T>
void TileCounter<T>::note_extremes(int64_t row, int64_t col, int64_t width, const T* x, int64_t count, T lo, T hi) {
  const auto place = [&](T value) {
    const int64_t offset = std::find(x, x + count, value) - x;
    return Pair{row + offset / width, col + offset % width};
  };
  Extremes::Found& best = extremes_;
  if (static_cast<double>(lo) <= best.min) {
    const Pair at = place(lo);
    if (static_cast<double>(lo) < best.min || at < best.min_at) best.min_at = at;
    best.min = static_cast<double>(lo);
  }
  if (static_cast<double>(hi) >= best.max) {
    const Pair at = place(hi);
    if (static_cast<double>(hi) > best.max || at < best.max_at) best.max_at = at;
    best.max = static_cast<double>(hi);
  }
}

template <class T>
void TileCounter<T>::filter_into_brackets(const std::vector<size_t>& which, const T* x, int64_t count) {
  for (const size_t b : which) {
    BracketLoop<T> loop{.lo = static_cast<T>(wanted_.brackets[b].lo),
                        .hi = static_cast<T>(wanted_.brackets[b].hi),
                        .below = below_[b],
                        .kept = kept_[b]};
    loop_bracket(x, count, &loop);
    below_[b] = loop.below;
    kept_[b] = loop.kept;
  }
}

template <class T>
void TileCounter<T>::distribute_kept() {
  const T* values = fine_kept_.data();
  const int64_t total = fine_loop_.kept - values;
  fine_loop_.kept = fine_kept_.data();
  for (int64_t begin = 0; begin < total; begin += kBuffered) {
    filter_into_brackets(fine_brackets_, values + begin, std::min(kBuffered, total - begin));
    drain(kBuffered);
  }
}

template <class T>
void TileCounter<T>::drain(int64_t at_least) {
  for (size_t b = 0; b < kept_.size(); ++b) {
    const int64_t held = kept_[b] - buffers_[b].data();
    if (held > 0 && held >= at_least) {
      shared_.drain(static_cast<int64_t>(b), buffers_[b].data(), held);
      kept_[b] = buffers_[b].data();
    }
  }
}

template <class T>
void TileCounter<T>::flush_counts() {
  for (size_t slot = 0; slot < fine_counts_.size(); ++slot) {
    fine_total_[slot] += fine_counts_[slot] & ~kWanted;
    fine_counts_[slot] &= kWanted;
  }
  for (size_t h = 0; h < histograms_.size(); ++h) {
    PlainHistogram& histogram = histograms_[h];
    Histogram::Found& total = found_histograms_[plain_histograms_[h]];
    const int64_t bins = histogram.loop.bins;
    for (int64_t copy = 0; copy < 4; ++copy) {
      const uint32_t* counts = histogram.counts.data() + copy * histogram.loop.copy_stride;
      total.below += counts[0];
      total.above += counts[bins + 1];
      for (int64_t b = 0; b < bins; ++b) total.counts[static_cast<size_t>(b)] += counts[b + 1];
    }
    std::ranges::fill(histogram.counts, 0u);
  }
}

template <class T>
void TileCounter<T>::finish() {
  flush_counts();
  if (!fine_brackets_.empty()) distribute_kept();
  drain(1);
  for (const size_t h : fine_histograms_) found_histograms_[h] = coarsen(fine_total_, wanted_.histograms[h]);
  for (const size_t b : fine_brackets_) {
    const auto end = fine_total_.begin() + fine_bin(wanted_.brackets[b].lo);
    below_[b] = std::accumulate(fine_total_.begin(), end, uint64_t{0});
  }
}

template <class T>
void CountedConsumer<T>::add(const Extremes&, Extremes::Found& found) {
  wanted_.extremes = true;
  extremes_ = &found;
}

template <class T>
void CountedConsumer<T>::add(const Histogram& wanted, Histogram::Found& found) {
  wanted_.histograms.push_back(wanted);
  histograms_.push_back(&found);
}

template <class T>
void CountedConsumer<T>::add(const Bracket& wanted, Bracket::Found& found) {
  wanted_.brackets.push_back(wanted);
  brackets_.push_back(&found);
}

template <class T>
void CountedConsumer<T>::add(const Listed& wanted, double margin, Listed::Found& found) {
  wanted_.listed = &wanted;
  wanted_.listed_margin = margin;
  listed_ = &found;
}

template <class T>
void CountedConsumer<T>::start() {
  shared_ = std::make_unique<SharedBrackets<T>>(wanted_.brackets);
}

template <class T>
void CountedConsumer<T>::consume(int worker, const Tile& tile, const T* cosines, int64_t ld) {
  workers_.of(worker, [&] { return TileCounter<T>(wanted_, tile_edge_, *shared_); }).consume(tile, cosines, ld);
}

template <class T>
void CountedConsumer<T>::take() {
  workers_.for_each([&](TileCounter<T>& counter) {
    counter.finish();
    if (extremes_ != nullptr) Extremes::merge(*extremes_, Extremes::Found(counter.extremes()));
    for (size_t h = 0; h < histograms_.size(); ++h) {
      Histogram::merge(*histograms_[h], Histogram::Found(counter.histogram(h)));
    }
    for (size_t b = 0; b < brackets_.size(); ++b) brackets_[b]->below += counter.below(b);
    if (listed_ != nullptr) Listed::merge(*listed_, counter.listed());
  });
  for (size_t b = 0; b < brackets_.size(); ++b) shared_->take(static_cast<int64_t>(b), *brackets_[b]);
}

template class SharedBrackets<float>;
template class SharedBrackets<double>;
template class TileCounter<float>;
template class TileCounter<double>;
template class CountedConsumer<float>;
template class CountedConsumer<double>;

}  // namespace gramian::cpu
