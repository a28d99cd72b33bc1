#include "engine/analyses/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "engine/ordered.hpp"

namespace gramian {
namespace {

/// Below this number of pairs everything is kept and no pilot is drawn.
constexpr int64_t kKeepAll = int64_t{1} << 20;
constexpr int64_t kPilotShare = 4096;  // one pilot pair in so many
constexpr int64_t kPilotMin = int64_t{1} << 16;
constexpr int64_t kPilotMax = int64_t{1} << 20;
/// Counters of one bracket at most: 16 MB.
constexpr uint64_t kMaxCounters = uint64_t{1} << 21;

uint64_t key(double x, CosineType type) {
  return type == CosineType::f64 ? ordered_key(x) : uint64_t{ordered_key(static_cast<float>(x))};
}

double value(uint64_t key, CosineType type) {
  return type == CosineType::f64 ? from_ordered_key(key)
                                 : static_cast<double>(from_ordered_key(static_cast<uint32_t>(key)));
}

/// The cheapest way to keep about `inside` values: exact counters, else the values, else coarse counters.
void choose_keep(Bracket& bracket, CosineType type, double inside, int64_t keep_bytes) {
  const uint64_t span = key(bracket.hi, type) - key(bracket.lo, type);
  bracket.keep = Bracket::Keep::counts;
  bracket.shift = 0;
  if (span < kMaxCounters) return;
  if (inside * (type == CosineType::f64 ? 8.0 : 4.0) <= static_cast<double>(keep_bytes)) {
    bracket.keep = Bracket::Keep::values;
    return;
  }
  while ((span >> bracket.shift) >= kMaxCounters) ++bracket.shift;
}

/// Position of 0-based `rank` in counts: the slot that holds it.
size_t slot_of(const std::vector<uint64_t>& counts, uint64_t rank) {
  uint64_t below = 0;
  for (size_t slot = 0; slot < counts.size(); ++slot) {
    if (rank < below + counts[slot]) return slot;
    below += counts[slot];
  }
  return counts.size();
}

template <class T>
double select(std::vector<T>& values, uint64_t rank) {
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), nth, values.end());
  return static_cast<double>(*nth);
}

}  // namespace

DistributionAnalysis::DistributionAnalysis(Space& space, Precision precision, DistributionSettings settings)
    : space_(space),
      type_(precision == Precision::double_ ? CosineType::f64 : CosineType::f32),
      promise_(precision_promise(precision)),
      settings_(std::move(settings)),
      pairs_(space.size() < 2 ? 0 : space.size() * (space.size() - 1) / 2) {
  for (const double q : settings_.quantiles) {
    if (!(q >= 0.0 && q <= 1.0)) throw InvalidUsage("quantile " + std::to_string(q) + " is not between 0 and 1");
  }
  const HistogramSpec& spec = settings_.histogram;
  if (!(spec.lo < spec.hi) || !std::isfinite(spec.hi - spec.lo)) {
    throw InvalidUsage("the histogram's range must go from a number to a larger one");
  }
  if (spec.bins < 1 || spec.bins > 65536) throw InvalidUsage("a histogram has 1 to 65536 bins");
  if (pairs_ == 0) {
    done_ = true;
    return;
  }
  std::vector<double> quantiles = settings_.quantiles;
  quantiles.push_back(0.5);
  for (const double q : quantiles) {
    const double position = q * static_cast<double>(pairs_ - 1);
    const auto low = static_cast<int64_t>(std::floor(position));
    wanted_.push_back({.rank = low});
    wanted_.push_back({.rank = std::min(low + 1, pairs_ - 1)});
  }
  std::ranges::sort(wanted_, {}, &Wanted::rank);
  const auto repeated = std::ranges::unique(wanted_, {}, &Wanted::rank);
  wanted_.erase(repeated.begin(), repeated.end());
}

void DistributionAnalysis::ask(Wanted& wanted, const Bracket& bracket) {
  auto it = std::ranges::find(asked_, bracket);
  if (it == asked_.end()) it = asked_.insert(asked_.end(), bracket);
  wanted.bracketed = true;
  wanted.bracket = static_cast<size_t>(it - asked_.begin());
}

void DistributionAnalysis::bracket_everything() {
  Bracket all = fine_bracket(0, kFineBins - 1, type_);
  all.keep = Bracket::Keep::values;
  for (Wanted& wanted : wanted_) ask(wanted, all);
}

void DistributionAnalysis::bracket_by_pilot() {
  const int64_t count = std::clamp(pairs_ / kPilotShare, kPilotMin, kPilotMax);
  // Another stream than the accuracy sample's.
  const std::vector<Pair> pairs = sample_pairs(space_.size(), count, settings_.seed ^ 0x9e3779b97f4a7c15u);
  std::vector<double> pilot = space_.backend().pair_cosines(space_.device_rows(), space_.unit(), pairs);
  std::ranges::sort(pilot);
  const auto m = static_cast<double>(pilot.size());
  const int64_t share = settings_.keep_bytes / std::ssize(wanted_);
  const auto bin = [](double x) {
    const auto slot = static_cast<int64_t>(std::floor(x * static_cast<double>(kFinePerUnit))) + kFinePerUnit;
    return std::clamp<int64_t>(slot, 0, kFineBins - 1);
  };
  for (Wanted& wanted : wanted_) {
    const double q = static_cast<double>(wanted.rank) / static_cast<double>(pairs_);
    const double half = settings_.bracket_errors * std::sqrt(q * (1.0 - q) * m) + settings_.bracket_errors;
    const double low = std::floor(q * m - half);
    const double high = std::ceil(q * m + half);
    const int64_t first = low < 0 ? 0 : bin(pilot[static_cast<size_t>(low)] - promise_);
    const int64_t last = high >= m ? kFineBins - 1 : bin(pilot[static_cast<size_t>(high)] + promise_);
    Bracket bracket = fine_bracket(first, last, type_);
    const auto from = std::ranges::lower_bound(pilot, bracket.lo);
    const auto to = std::ranges::upper_bound(pilot, bracket.hi);
    const double inside = static_cast<double>(to - from) / m * static_cast<double>(pairs_);
    choose_keep(bracket, type_, inside, share);
    // Coarse counters would only tell what the fine grid tells as well.
    if (bracket.shift == 0) ask(wanted, bracket);
  }
}

void DistributionAnalysis::bracket_by_fine_counts(Wanted& wanted) {
  const size_t slot = slot_of(fine_, static_cast<uint64_t>(wanted.rank));
  Bracket bracket = fine_bracket(static_cast<int64_t>(slot), static_cast<int64_t>(slot), type_);
  choose_keep(bracket, type_, static_cast<double>(fine_[slot]), settings_.keep_bytes / std::ssize(wanted_));
  ask(wanted, bracket);
}

Bracket DistributionAnalysis::narrowed(const Bracket& coarse, const BracketCounts& found, int64_t rank) const {
  const size_t slot = slot_of(found.counts, static_cast<uint64_t>(rank) - found.below);
  const uint64_t first = key(coarse.lo, type_) + (static_cast<uint64_t>(slot) << coarse.shift);
  const uint64_t last = std::min(first + (uint64_t{1} << coarse.shift) - 1, key(coarse.hi, type_));
  Bracket bracket;
  bracket.lo = value(first, type_);
  bracket.hi = value(last, type_);
  choose_keep(bracket, type_, static_cast<double>(found.counts[slot]), settings_.keep_bytes / std::ssize(wanted_));
  return bracket;
}

SweepRequest DistributionAnalysis::needs() {
  SweepRequest request;
  if (done_) return request;
  if (first_) {
    asked_.clear();
    if (pairs_ <= kKeepAll) {
      bracket_everything();
    } else {
      bracket_by_pilot();
    }
    request.extremes = true;
    request.histograms = {settings_.histogram, fine_histogram()};
  }
  request.brackets = asked_;
  return request;
}

void DistributionAnalysis::take(SweepState state) {
  if (first_) {
    extremes_ = state.extremes;
    histogram_ = std::move(state.histograms[0]);
    fine_ = std::move(state.histograms[1].counts);
    first_ = false;
  }
  const std::vector<Bracket> answered = std::move(asked_);
  asked_.clear();
  done_ = true;
  for (Wanted& wanted : wanted_) {
    if (wanted.known) continue;
    const auto rank = static_cast<uint64_t>(wanted.rank);
    const bool asked = std::exchange(wanted.bracketed, false);
    BracketCounts* found = asked ? &state.brackets[wanted.bracket] : nullptr;
    if (found == nullptr || rank < found->below || rank >= found->below + found->inside) {
      bracket_by_fine_counts(wanted);
      done_ = false;
      continue;
    }
    const Bracket& bracket = answered[wanted.bracket];
    if (bracket.keep == Bracket::Keep::counts && bracket.shift > 0) {
      ask(wanted, narrowed(bracket, *found, wanted.rank));
      done_ = false;
      continue;
    }
    const uint64_t inner = rank - found->below;
    if (bracket.keep == Bracket::Keep::counts) {
      wanted.value = value(key(bracket.lo, type_) + slot_of(found->counts, inner), type_);
    } else if (type_ == CosineType::f64) {
      wanted.value = select(found->wide_values, inner);
    } else {
      wanted.value = select(found->values, inner);
    }
    wanted.known = true;
  }
}

Distribution DistributionAnalysis::result() {
  Distribution result;
  result.moments = pair_moments(space_);
  result.extremes = extremes_;
  result.histogram_spec = settings_.histogram;
  result.histogram = histogram_;
  const auto at = [&](double q) {
    if (pairs_ == 0) return std::numeric_limits<double>::quiet_NaN();
    const double position = q * static_cast<double>(pairs_ - 1);
    const double low = std::floor(position);
    const auto find = [&](int64_t rank) { return std::ranges::lower_bound(wanted_, rank, {}, &Wanted::rank)->value; };
    const double a = find(static_cast<int64_t>(low));
    const double b = find(std::min(static_cast<int64_t>(low) + 1, pairs_ - 1));
    // As numpy rounds it: from the nearer end.
    const double t = position - low;
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1.0 - t);
  };
  result.median = at(0.5);
  for (const double q : settings_.quantiles) result.quantiles.push_back({q, at(q)});
  if (pairs_ == 0) {
    result.extremes.min = result.extremes.max = std::numeric_limits<double>::quiet_NaN();
    result.histogram.counts.assign(static_cast<size_t>(settings_.histogram.bins), 0);
  }
  return result;
}

}  // namespace gramian
