#include "kernels/cuda/sweep/sweep_states.hpp"

#include <algorithm>
#include <numeric>
#include <type_traits>

#include "engine/error.hpp"
#include "engine/reductions/fine_counts.hpp"
#include "engine/cosines/ordered.hpp"

namespace gramian::cuda {
namespace {

void keep(BracketCounts& bracket, float value) { bracket.values.push_back(value); }
void keep(BracketCounts& bracket, double value) { bracket.wide_values.push_back(value); }
void append(BracketCounts& bracket, const float* values, int64_t count) {
  bracket.values.insert(bracket.values.end(), values, values + count);
}
void append(BracketCounts& bracket, const double* values, int64_t count) {
  bracket.wide_values.insert(bracket.wide_values.end(), values, values + count);
}

bool on_grid(double x) { return x >= -1.0 && x <= 1.0; }

/// Counters of a bracket that keeps counts.
template <class T>
int64_t slots_of(const Bracket& bracket) {
  const auto span = ordered_key(static_cast<T>(bracket.hi)) - ordered_key(static_cast<T>(bracket.lo));
  return static_cast<int64_t>(span >> bracket.shift) + 1;
}

}  // namespace

int64_t states_bytes(const SweepRequest& request, int64_t n, CosineType type) {
  constexpr int64_t kCounter = sizeof(uint64_t);
  const bool wide = type == CosineType::f64;
  const int64_t entry = wide ? sizeof(NeighborKey<double>) : sizeof(NeighborKey<float>);
  int64_t bytes = n * std::min(request.top_k, n) * entry + (request.top_k > 0 ? n * 12 : 0);
  bytes += n * std::ssize(request.thresholds) * kCounter;
  if (request.ranks) bytes += request.ranks->bins() * kCounter;
  for (const Bracket& bracket : request.brackets) {
    if (bracket.keep != Bracket::Keep::counts) continue;
    bytes += kCounter * (wide ? slots_of<double>(bracket) : slots_of<float>(bracket));
  }
  return bytes;
}

template <class T>
SweepStates<T>::SweepStates(Device& device, const SweepRequest& request, int64_t n, int64_t tile_edge,
                            cudaStream_t stream)
    : request_(request), n_(n), blocks_(reduce_blocks(device.multiprocessors())) {
  if (request.extremes) {
    extremes_ = DeviceBuffer<BlockExtremes<T>>(blocks_, "extremes");
    forget_extremes(extremes_.data(), blocks_, stream);
  }
  if (!request.histograms.empty() || !request.brackets.empty()) fine_ = zeros<uint64_t>(kFineBins, stream);
  prepare_histograms(stream);
  prepare_brackets(stream);
  if (request.ranks) {
    rank_cells_ = on_device(request.ranks->cells(), stream, "rank bins");
    rank_counts_ = zeros<uint64_t>(request.ranks->bins(), stream, "rank bins");
  }
  if (!request.thresholds.empty()) {
    std::vector<T> thresholds;
    for (const double threshold : request.thresholds) thresholds.push_back(exact_threshold<T>(threshold));
    thresholds_ = on_device(thresholds, stream);
    degrees_ = zeros<uint64_t>(checked_product(n, std::ssize(thresholds), "degrees"), stream, "degrees");
  }
  const int64_t k = std::min(request.top_k, n - 1);
  if (k > 0) neighbors_.emplace_back(n, k, tile_edge, stream);
}

template <class T>
void SweepStates<T>::prepare_histograms(cudaStream_t stream) {
  std::vector<DeviceHistogram> histograms;
  for (size_t h = 0; h < request_.histograms.size(); ++h) {
    const HistogramSpec& spec = request_.histograms[h];
    if (on_fine_grid(spec)) continue;
    plain_histograms_.push_back(h);
    std::vector<double> edges;
    const double step = (spec.hi - spec.lo) / static_cast<double>(spec.bins);
    for (int64_t b = 0; b < spec.bins; ++b) edges.push_back(static_cast<double>(b) * step + spec.lo);
    edges.push_back(spec.hi);
    edges_.push_back(on_device(edges, stream));
    histogram_counts_.push_back(zeros<uint64_t>(spec.bins + 2, stream));
    const double per_unit = static_cast<double>(spec.bins) / (spec.hi - spec.lo);
    histograms.push_back(
        {spec.lo, spec.hi, spec.bins, per_unit, edges_.back().data(), histogram_counts_.back().data()});
  }
  histograms_ = on_device(histograms, stream);
}

template <class T>
void SweepStates<T>::prepare_brackets(cudaStream_t stream) {
  if (request_.brackets.empty()) return;
  below_ = zeros<uint64_t>(std::ssize(request_.brackets), stream);
  kept_.resize(request_.brackets.size());
  std::vector<uint32_t> touched(kTouchedWords, 0);
  std::vector<uint8_t> bracket_of(kFineBins, 0);
  std::vector<DeviceBracket<T>> brackets;
  for (size_t b = 0; b < request_.brackets.size(); ++b) {
    const Bracket& wanted = request_.brackets[b];
    bracket_counts_.emplace_back();
    DeviceBracket<T> bracket{};
    bracket.lo = static_cast<T>(wanted.lo);
    bracket.hi = static_cast<T>(wanted.hi);
    bracket.first_bin = on_grid(wanted.lo) ? fine_bin(wanted.lo) : -1;
    bracket.below_in_bin = below_.data() + b;
    bracket.first_key = ordered_key(bracket.lo);
    bracket.shift = wanted.shift;
    if (wanted.keep == Bracket::Keep::counts) {
      bracket_counts_.back() = zeros<uint64_t>(slots_of<T>(wanted), stream, "a bracket's counts");
      bracket.counts = bracket_counts_.back().data();
    } else {
      keeps_values_ = true;
    }
    brackets.push_back(bracket);
    if (wanted.lo > 1.0 || wanted.hi < -1.0) continue;
    const int64_t first = fine_bin(std::max(wanted.lo, -1.0));
    const int64_t last = std::max(first, fine_bin(std::min(wanted.hi, 1.0)));
    for (int64_t bin = first; bin <= last; ++bin) {
      uint32_t& word = touched[static_cast<size_t>(bin / 32)];
      const uint32_t bit = uint32_t{1} << (bin % 32);
      const bool alone = (word & bit) == 0 && b < kSeveralBrackets;
      bracket_of[static_cast<size_t>(bin)] = alone ? static_cast<uint8_t>(b) : kSeveralBrackets;
      word |= bit;
    }
  }
  touched[kFineBins / 32] = touched[kFineBins / 32 - 1] >> 31;  // 1 has the last bin
  touched_ = on_device(touched, stream);
  bracket_of_ = on_device(bracket_of, stream);
  brackets_ = on_device(brackets, stream);
}

template <class T>
ReduceArguments<T> SweepStates<T>::arguments() {
  ReduceArguments<T> arguments;
  arguments.extremes = extremes_.data();
  arguments.fine = fine_.data();
  arguments.touched = touched_.data();
  arguments.bracket_of = bracket_of_.data();
  arguments.brackets = brackets_.data();
  arguments.bracket_count = static_cast<int>(brackets_.size());
  arguments.histograms = histograms_.data();
  arguments.histogram_count = static_cast<int>(histograms_.size());
  arguments.rank_cells = rank_cells_.data();
  arguments.rank_counts = rank_counts_.data();
  arguments.thresholds = thresholds_.data();
  arguments.threshold_count = static_cast<int>(thresholds_.size());
  arguments.degrees = degrees_.data();
  arguments.n = n_;
  if (!neighbors_.empty()) arguments.neighbors = neighbors_.front().view();
  return arguments;
}

template <class T>
void SweepStates<T>::count_pairs(const Tile& tile) {
  const auto rows = static_cast<uint64_t>(tile.row_end - tile.row_begin);
  const auto cols = static_cast<uint64_t>(tile.col_end - tile.col_begin);
  pairs_ += tile.diagonal ? rows * (rows - 1) / 2 : rows * cols;
}

template <class T>
void SweepStates<T>::distribute(const T* kept, int64_t count) {
  const auto keeps = [](const Bracket& bracket) { return bracket.keep == Bracket::Keep::values; };
  const bool alone = std::ranges::count_if(request_.brackets, keeps) == 1;
  for (size_t b = 0; b < request_.brackets.size(); ++b) {
    const Bracket& wanted = request_.brackets[b];
    if (!keeps(wanted)) continue;
    if (alone) {  // the usual case, and the device's pace allows no look at each
      append(kept_[b], kept, count);
      kept_[b].inside += static_cast<uint64_t>(count);
      return;
    }
    const T lo = static_cast<T>(wanted.lo);
    const T hi = static_cast<T>(wanted.hi);
    for (int64_t k = 0; k < count; ++k) {
      if (kept[k] >= lo && kept[k] <= hi) {
        keep(kept_[b], kept[k]);
        ++kept_[b].inside;
      }
    }
  }
}

template <class T>
SweepState SweepStates<T>::take(cudaStream_t stream) {
  SweepState state;
  state.pairs = pairs_;
  if (request_.extremes && pairs_ > 0) {
    for (const BlockExtremes<T>& block : on_host(extremes_, blocks_, stream)) {
      SweepState one;
      one.pairs = 1;  // not neutral
      one.extremes = {static_cast<double>(block.min),
                      static_cast<double>(block.max),
                      {block.min_i, block.min_j},
                      {block.max_i, block.max_j}};
      SweepState best;
      best.pairs = 1;
      best.extremes = state.extremes;
      merge(best, std::move(one));
      state.extremes = best.extremes;
    }
  }
  std::vector<uint64_t> fine;
  if (fine_.size() > 0) fine = on_host(fine_, kFineBins, stream);
  state.histograms.resize(request_.histograms.size());
  for (size_t h = 0; h < request_.histograms.size(); ++h) {
    if (on_fine_grid(request_.histograms[h])) state.histograms[h] = coarsen(fine, request_.histograms[h]);
  }
  for (size_t p = 0; p < plain_histograms_.size(); ++p) {
    const std::vector<uint64_t> counts = on_host(histogram_counts_[p], histogram_counts_[p].size(), stream);
    HistogramCounts& histogram = state.histograms[plain_histograms_[p]];
    histogram.below = counts.front();
    histogram.above = counts.back();
    histogram.counts.assign(counts.begin() + 1, counts.end() - 1);
  }
  const std::vector<uint64_t> below = on_host(below_, below_.size(), stream);
  state.brackets = std::move(kept_);
  for (size_t b = 0; b < state.brackets.size(); ++b) {
    const Bracket& wanted = request_.brackets[b];
    BracketCounts& bracket = state.brackets[b];
    if (wanted.lo > 1.0) {
      bracket.below = pairs_;
    } else if (wanted.lo >= -1.0) {
      bracket.below = std::accumulate(fine.begin(), fine.begin() + fine_bin(wanted.lo), below[b]);
    }
    if (wanted.keep == Bracket::Keep::counts) {
      bracket.counts = on_host(bracket_counts_[b], bracket_counts_[b].size(), stream);
      bracket.inside = std::accumulate(bracket.counts.begin(), bracket.counts.end(), uint64_t{0});
    }
  }
  state.ranks = on_host(rank_counts_, rank_counts_.size(), stream);
  const std::vector<uint64_t> degrees = on_host(degrees_, degrees_.size(), stream);
  for (size_t t = 0; t < request_.thresholds.size(); ++t) {
    const auto begin = degrees.begin() + static_cast<int64_t>(t) * n_;
    state.degrees.emplace_back(begin, begin + n_);
  }
  if (!neighbors_.empty()) {
    state.neighbors = neighbors_.front().table(stream);
  } else if (request_.top_k > 0) {
    state.neighbors.held.assign(static_cast<size_t>(n_), 0);
  }
  return state;
}

template class SweepStates<float>;
template class SweepStates<double>;

}  // namespace gramian::cuda
