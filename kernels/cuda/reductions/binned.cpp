#include "kernels/cuda/reductions/binned.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/cosines/ordered.hpp"
#include "engine/reductions/fine_counts.hpp"

namespace gramian::cuda {
namespace {

constexpr CosineType kType[] = {CosineType::f32, CosineType::f64};
template <class T>
constexpr CosineType cosine_type = kType[sizeof(T) == 8];

bool on_grid(double x) { return x >= -1.0 && x <= 1.0; }

bool keeps(const Bracket& bracket) { return bracket.keep == Bracket::Keep::values; }

}  // namespace

void HistogramsOnDevice::want(size_t place, const Histogram& histogram) {
  if (!on_fine_grid(histogram)) off_grid_.push_back({place, histogram, {}, {}});
}

void HistogramsOnDevice::prepare(cudaStream_t stream) {
  std::vector<DeviceHistogram> all;
  for (OffGrid& each : off_grid_) {
    const Histogram& wanted = each.histogram;
    each.edges = on_device(edges_of(wanted), stream);
    each.counts = zeros<uint64_t>(wanted.bins + 2, stream);
    const double per_unit = static_cast<double>(wanted.bins) / (wanted.hi - wanted.lo);
    all.push_back({wanted.lo, wanted.hi, wanted.bins, per_unit, each.edges.data(), each.counts.data()});
  }
  histograms_ = on_device(all, stream);
}

HistogramArguments HistogramsOnDevice::arguments() const {
  return {histograms_.data(), static_cast<int>(histograms_.size())};
}

void HistogramsOnDevice::add_to(SweepState& state, size_t place, const Histogram& histogram, const Counts& fine,
                                cudaStream_t stream) const {
  const auto it = std::ranges::find(off_grid_, place, &OffGrid::place);
  if (it == off_grid_.end()) {
    Histogram::merge(state.of<Histogram>(place), coarsen(fine, histogram));
    return;
  }
  const Counts counts = on_host(it->counts, it->counts.size(), stream);
  Histogram::merge(state.of<Histogram>(place),
                   {counts.front(), counts.back(), Counts(counts.begin() + 1, counts.end() - 1)});
}

template <class T>
void BracketsOnDevice<T>::want(size_t place, const Bracket& bracket) {
  wanted_.push_back({place, bracket, {}, {}});
}

template <class T>
void BracketsOnDevice<T>::prepare(cudaStream_t stream) {
  if (!any()) return;
  below_ = zeros<uint64_t>(std::ssize(wanted_), stream);
  std::vector<uint32_t> touched(kTouchedWords, 0);
  std::vector<uint8_t> bracket_of(kFineBins, 0);
  std::vector<DeviceBracket<T>> brackets;
  for (size_t b = 0; b < wanted_.size(); ++b) {
    const Bracket& wanted = wanted_[b].bracket;
    DeviceBracket<T> bracket{};
    bracket.lo = static_cast<T>(wanted.lo);
    bracket.hi = static_cast<T>(wanted.hi);
    bracket.first_bin = on_grid(wanted.lo) ? fine_bin(wanted.lo) : -1;
    bracket.below_in_bin = below_.data() + b;
    bracket.first_key = ordered_key(bracket.lo);
    bracket.shift = wanted.shift;
    if (!keeps(wanted)) {
      wanted_[b].counts = zeros<uint64_t>(bracket_slots(wanted, cosine_type<T>), stream, "a bracket's counts");
      bracket.counts = wanted_[b].counts.data();
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
bool BracketsOnDevice<T>::keeps_values() const {
  return std::ranges::any_of(wanted_, [](const Wanted& each) { return keeps(each.bracket); });
}

template <class T>
BracketArguments<T> BracketsOnDevice<T>::arguments() const {
  BracketArguments<T> arguments;
  arguments.touched = touched_.data();
  arguments.bracket_of = bracket_of_.data();
  arguments.brackets = brackets_.data();
  arguments.count = static_cast<int>(brackets_.size());
  return arguments;
}

template <class T>
void BracketsOnDevice<T>::distribute(const T* kept, int64_t count) {
  const bool alone = std::ranges::count_if(wanted_, [](const Wanted& each) { return keeps(each.bracket); }) == 1;
  for (Wanted& each : wanted_) {
    if (!keeps(each.bracket)) continue;
    if (alone) {  // the usual case, and the device's pace allows no look at each
      each.kept.insert(each.kept.end(), kept, kept + count);
      return;
    }
    const T lo = static_cast<T>(each.bracket.lo);
    const T hi = static_cast<T>(each.bracket.hi);
    std::copy_if(kept, kept + count, std::back_inserter(each.kept), [&](T x) { return x >= lo && x <= hi; });
  }
}

template <class T>
void BracketsOnDevice<T>::add_to(SweepState& state, size_t place, const Counts& fine, uint64_t pairs,
                                 cudaStream_t stream) {
  const auto b = static_cast<size_t>(std::ranges::find(wanted_, place, &Wanted::place) - wanted_.begin());
  Wanted& each = wanted_[b];
  Bracket::Found found;
  if (each.bracket.lo > 1.0) {
    found.below = pairs;
  } else if (each.bracket.lo >= -1.0) {
    const uint64_t in_bin = on_host(below_, below_.size(), stream)[b];
    found.below = std::accumulate(fine.begin(), fine.begin() + fine_bin(each.bracket.lo), in_bin);
  }
  if (keeps(each.bracket)) {
    found.inside = each.kept.size();
  } else {
    found.counts = on_host(each.counts, each.counts.size(), stream);
    found.inside = std::accumulate(found.counts.begin(), found.counts.end(), uint64_t{0});
  }
  found.values = std::move(each.kept);
  Bracket::merge(state.of<Bracket>(place), std::move(found));
}

template class BracketsOnDevice<float>;
template class BracketsOnDevice<double>;

}  // namespace gramian::cuda
