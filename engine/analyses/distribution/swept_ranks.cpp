#include "engine/analyses/distribution/swept_ranks.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "engine/cosines/ordered.hpp"
#include "engine/sweep/sample_pairs.hpp"

namespace gramian {
namespace {

/// Below this number of pairs everything is kept and no pilot is drawn.
constexpr int64_t kKeepAll = int64_t{1} << 20;
constexpr int64_t kPilotMin = int64_t{1} << 15;
constexpr int64_t kPilotMax = int64_t{1} << 22;
/// Counters of one bracket at most: 16 MB.
constexpr uint64_t kMaxCounters = uint64_t{1} << 21;

uint64_t key(double x, CosineType type) {
  return type == CosineType::f64 ? ordered_key(x) : uint64_t{ordered_key(static_cast<float>(x))};
}

double cosine_of(uint64_t key, CosineType type) {
  return type == CosineType::f64 ? from_ordered_key(key)
                                 : static_cast<double>(from_ordered_key(static_cast<uint32_t>(key)));
}

double value_bytes(CosineType type) { return type == CosineType::f64 ? 8.0 : 4.0; }

/// Of counters, with the copies that are counted in.
constexpr double kCounterBytes = 16.0;

/// Fewer values than these are kept whatever another sweep would cost.
constexpr double kFewValues = 262144.0;

/// The cheapest way to keep about `inside` values in `keep_bytes`, which gets smaller by that: exact counters, else the
/// values, if they are among the `values` that are worth keeping, which get fewer by that, else coarse counters.
void choose_keep(Bracket& bracket, CosineType type, double inside, double& keep_bytes, double& values) {
  const uint64_t span = key(bracket.hi, type) - key(bracket.lo, type);
  bracket.keep = Bracket::Keep::counts;
  bracket.shift = 0;
  const double counters = (static_cast<double>(span) + 1.0) * kCounterBytes;
  if (span < kMaxCounters && counters <= keep_bytes) {
    keep_bytes -= counters;
    return;
  }
  if (inside * value_bytes(type) <= keep_bytes && inside <= values) {
    bracket.keep = Bracket::Keep::values;
    values -= inside;
    keep_bytes -= inside * value_bytes(type);
    return;
  }
  // An eighth, so that other brackets have something too; and never so few that many sweeps are needed.
  constexpr double kFewCounters = 131072.0;
  const auto most =
      std::min(kMaxCounters, static_cast<uint64_t>(std::max(kFewCounters, keep_bytes / kCounterBytes / 8.0)));
  while ((span >> bracket.shift) >= most) ++bracket.shift;
  keep_bytes -= static_cast<double>(span >> bracket.shift) * kCounterBytes;
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

/// Counts of x + offset on the fine grid.
std::vector<uint64_t> fine_counts(const std::vector<double>& x, double offset) {
  std::vector<uint64_t> counts(static_cast<size_t>(kFineBins));
  for (const double value : x) {
    const auto slot = static_cast<int64_t>(std::floor((value + offset) * static_cast<double>(kFinePerUnit)));
    ++counts[static_cast<size_t>(std::clamp<int64_t>(slot + kFinePerUnit, 0, kFineBins - 1))];
  }
  return counts;
}

template <class T>
double select(std::vector<T>& values, uint64_t rank) {
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), nth, values.end());
  return static_cast<double>(*nth);
}

}  // namespace

SweptRanks::SweptRanks(Space& space, Precision precision, const OrderSettings& settings)
    : space_(space),
      type_(precision == Precision::double_ ? CosineType::f64 : CosineType::f32),
      promise_(precision_promise(precision)),
      settings_(settings),
      pairs_(space.size() < 2 ? 0 : space.size() * (space.size() - 1) / 2),
      done_(pairs_ == 0) {
  std::vector<int64_t> ranks = settings.ranks;
  std::ranges::sort(ranks);
  ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  for (const int64_t rank : ranks) wanted_.push_back({.rank = rank});
}

double SweptRanks::value(int64_t rank) const {
  return std::ranges::lower_bound(wanted_, rank, {}, &Wanted::rank)->value;
}

void SweptRanks::ask(Wanted& wanted, Bracket bracket, double inside) {
  const auto same = [&](const Bracket& other) { return other.lo == bracket.lo && other.hi == bracket.hi; };
  auto it = std::ranges::find_if(asked_, same);
  if (it == asked_.end()) {
    choose_keep(bracket, type_, inside, keep_left_, values_left_);
    it = asked_.insert(asked_.end(), bracket);
  }
  wanted.bracketed = true;
  wanted.bracket = static_cast<size_t>(it - asked_.begin());
}

void SweptRanks::start_asking() {
  asked_.clear();
  keep_left_ = static_cast<double>(settings_.keep_bytes);
  values_left_ = std::max(static_cast<double>(pairs_) / space_.backend().keeping_cost(), kFewValues);
}

void SweptRanks::bracket_everything() {
  const Bracket all = fine_bracket(0, kFineBins - 1, type_);
  for (Wanted& wanted : wanted_) ask(wanted, all, static_cast<double>(pairs_));
}

void SweptRanks::bracket_by_pilot() {
  // A pilot pair costs the same always; what brackets keep costs pairs / sqrt(pilot). The sum is least at
  // pilot = (pairs / cost)^(2/3).
  const auto best =
      static_cast<int64_t>(std::pow(static_cast<double>(pairs_) / space_.backend().sampling_cost(), 2.0 / 3.0));
  const int64_t partners = (std::clamp(best, kPilotMin, kPilotMax) + space_.size() - 1) / space_.size();
  const std::vector<Pair> pairs = pilot_pairs(space_.size(), partners, settings_.seed);
  const std::vector<double> pilot = space_.backend().pair_cosines(space_.device_rows(), space_.unit(), pairs);
  // The sweep's cosines may differ from the pilot's by as much as was promised.
  const std::vector<uint64_t> lowered = fine_counts(pilot, -promise_);
  const std::vector<uint64_t> raised = fine_counts(pilot, promise_);
  const auto m = static_cast<double>(pilot.size());
  for (Wanted& wanted : wanted_) {
    const double q = static_cast<double>(wanted.rank) / static_cast<double>(pairs_);
    const double half = settings_.bracket_errors * std::sqrt(q * (1.0 - q) * m) + settings_.bracket_errors;
    const double low = std::floor(q * m - half);
    const double high = std::ceil(q * m + half);
    const auto first = low < 0 ? size_t{0} : slot_of(lowered, static_cast<uint64_t>(low));
    const auto last = high >= m ? raised.size() - 1 : slot_of(raised, static_cast<uint64_t>(high));
    const auto begin = lowered.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = lowered.begin() + static_cast<std::ptrdiff_t>(last) + 1;
    const auto inside = static_cast<double>(std::accumulate(begin, end, uint64_t{0})) / m;
    ask(wanted, fine_bracket(static_cast<int64_t>(first), static_cast<int64_t>(last), type_),
        inside * static_cast<double>(pairs_));
  }
}

void SweptRanks::bracket_by_fine_counts(Wanted& wanted) {
  const size_t slot = slot_of(fine_, static_cast<uint64_t>(wanted.rank));
  const auto bin = static_cast<int64_t>(slot);
  ask(wanted, fine_bracket(bin, bin, type_), static_cast<double>(fine_[slot]));
}

void SweptRanks::bracket_by_slot(Wanted& wanted, const Bracket& coarse, const Bracket::Found& found) {
  const size_t slot = slot_of(found.counts, static_cast<uint64_t>(wanted.rank) - found.below);
  const uint64_t first = key(coarse.lo, type_) + (static_cast<uint64_t>(slot) << coarse.shift);
  const uint64_t last = std::min(first + (uint64_t{1} << coarse.shift) - 1, key(coarse.hi, type_));
  Bracket bracket;
  bracket.lo = cosine_of(first, type_);
  bracket.hi = cosine_of(last, type_);
  ask(wanted, bracket, static_cast<double>(found.counts[slot]));
}

SweepRequest SweptRanks::needs() {
  if (done_) return {};
  SweepRequest request;
  if (first_) {
    start_asking();
    if (pairs_ <= kKeepAll) {
      bracket_everything();
    } else {
      bracket_by_pilot();
    }
    request = {fine_histogram()};
  }
  request.insert(request.end(), asked_.begin(), asked_.end());
  return request;
}

void SweptRanks::take(SweepState& state, size_t place) {
  if (first_) {
    fine_ = std::move(state.of<Histogram>(place++).counts);
    first_ = false;
  }
  const std::vector<Bracket> answered = std::move(asked_);
  start_asking();
  done_ = true;
  for (Wanted& wanted : wanted_) {
    if (wanted.known) continue;
    const auto rank = static_cast<uint64_t>(wanted.rank);
    const bool asked = std::exchange(wanted.bracketed, false);
    Bracket::Found* found = asked ? &state.of<Bracket>(place + wanted.bracket) : nullptr;
    if (found == nullptr || rank < found->below || rank >= found->below + found->inside) {
      bracket_by_fine_counts(wanted);
      done_ = false;
      continue;
    }
    const Bracket& bracket = answered[wanted.bracket];
    if (bracket.keep == Bracket::Keep::counts && bracket.shift > 0) {
      bracket_by_slot(wanted, bracket, *found);
      done_ = false;
      continue;
    }
    const uint64_t inner = rank - found->below;
    if (bracket.keep == Bracket::Keep::counts) {
      wanted.value = cosine_of(key(bracket.lo, type_) + slot_of(found->counts, inner), type_);
    } else {
      wanted.value = std::visit([&](auto& values) { return select(values, inner); }, found->values);
    }
    wanted.known = true;
  }
}

}  // namespace gramian
