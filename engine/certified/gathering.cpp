#include "engine/certified/gathering.hpp"

#include <algorithm>
#include <cmath>

#include "engine/certified/decided.hpp"
#include "engine/cosines/ordered.hpp"

namespace gramian {
namespace {

std::vector<Pair> pairs_of(const Listed::Batch& batch, std::span<const Listed::Entry> entries) {
  std::vector<Pair> pairs(entries.size());
  std::ranges::transform(entries, pairs.begin(), [&](const Listed::Entry& entry) { return batch.pair(entry); });
  return pairs;
}

class SweptCounts final : public Gatherer {
 public:
  SweptCounts(const Interval& interval, double bound)
      : Gatherer(interval),
        bound_(bound),
        first_(interval.lo - bound),
        width_((interval.hi - interval.lo + 2.0 * bound) / static_cast<double>(kBins)),
        counts_(static_cast<size_t>(kBins), 0) {}

  void take(const Listed::Batch&, std::span<const Listed::Entry> entries) override {
    const std::scoped_lock lock(mutex_);
    for (const Listed::Entry& entry : entries) ++counts_[bin(entry.cosine)];
  }

  std::vector<RankFound> find(std::span<const int64_t> ranks, uint64_t below, const Progress&) override {
    std::vector<RankFound> found(ranks.size());
    size_t at = 0;
    for (size_t b = 0; b < counts_.size(); below += counts_[b++]) {
      for (; at < ranks.size() && static_cast<uint64_t>(ranks[at]) < below + counts_[b]; ++at) {
        if (static_cast<uint64_t>(ranks[at]) < below) continue;
        // A bin's ends are rounded; half a bin more on each side is beyond that.
        const double lo = first_ + (static_cast<double>(b) - 0.5) * width_;
        found[at].within = Interval{lo - bound_ * kPart, lo + 2.0 * width_ + bound_ * kPart};
      }
    }
    return found;
  }

 private:
  static constexpr int64_t kBins = int64_t{1} << 18;
  static constexpr double kPart = 1.0 / 128.0;

  size_t bin(double cosine) const {
    return static_cast<size_t>(std::clamp((cosine - first_) / width_, 0.0, static_cast<double>(kBins - 1)));
  }

  double bound_;
  double first_;
  double width_;
  Counts counts_;
};

class CanonicalValues final : public Gatherer {
 public:
  CanonicalValues(const Interval& interval, const PairCosines& rows, int64_t most)
      : Gatherer(interval), rows_(rows), most_(most) {
    const uint64_t span = ordered_key(interval.hi) - ordered_key(interval.lo);
    while ((span >> shift_) >= kMostSlots) ++shift_;
    slots_ = static_cast<size_t>(span >> shift_) + 1;
    // Memory that is not written to is not taken, and a vector that grows takes it twice.
    values_.reserve(static_cast<size_t>(most + kMostAtOnce));
  }

  void take(const Listed::Batch& batch, std::span<const Listed::Entry> entries) override {
    Decided decided;
    decide(rows_, pairs_of(batch, entries), interval_, decided);
    const std::scoped_lock lock(mutex_);
    recomputed_ += std::ssize(entries);
    below_ += decided.below;
    if (counts_.empty()) {
      values_.insert(values_.end(), decided.cosines.begin(), decided.cosines.end());
      if (std::ssize(values_) > most_) {
        counts_.resize(slots_, 0);
        ends_.resize(slots_, {1.0, -1.0});
        count(values_);
        values_ = {};
      }
    } else {
      count(decided.cosines);
    }
  }

  std::vector<RankFound> find(std::span<const int64_t> ranks, uint64_t below, const Progress&) override {
    std::vector<RankFound> found(ranks.size());
    below += below_;
    std::ranges::sort(values_);
    size_t at = 0;
    while (at < ranks.size() && static_cast<uint64_t>(ranks[at]) < below) ++at;
    for (size_t s = 0; s < counts_.size(); below += counts_[s++]) {
      for (; at < ranks.size() && static_cast<uint64_t>(ranks[at]) < below + counts_[s]; ++at) found[at] = in_slot(s);
    }
    for (; at < ranks.size(); ++at) {
      const uint64_t place = static_cast<uint64_t>(ranks[at]) - below;
      if (place < values_.size()) found[at].value = values_[place];
    }
    return found;
  }

 private:
  static constexpr uint64_t kMostSlots = uint64_t{1} << 18;
  static constexpr int64_t kMostAtOnce = int64_t{1} << 18;  // of a tile

  size_t slot(double value) const {
    return static_cast<size_t>((ordered_key(value) - ordered_key(interval_.lo)) >> shift_);
  }
  void count(std::span<const double> values) {
    for (const double value : values) {
      const size_t s = slot(value);
      ++counts_[s];
      ends_[s] = {std::min(ends_[s].lo, value), std::max(ends_[s].hi, value)};
    }
  }
  /// Equal cosines, however many, are one value.
  RankFound in_slot(size_t s) const {
    if (ends_[s].lo == ends_[s].hi) return {ends_[s].lo, {}};
    return {{}, ends_[s]};
  }

  const PairCosines& rows_;
  int64_t most_;
  int shift_ = 0;
  size_t slots_ = 0;
  uint64_t below_ = 0;
  std::vector<double> values_;
  Counts counts_;               // a slot of neighbouring numbers
  std::vector<Interval> ends_;  // the smallest and the largest in each
};

}  // namespace

std::unique_ptr<Gatherer> count_swept(const Interval& interval, double bound) {
  return std::make_unique<SweptCounts>(interval, bound);
}

std::unique_ptr<Gatherer> recompute_values(const Interval& interval, const PairCosines& rows, int64_t most) {
  return std::make_unique<CanonicalValues>(interval, rows, most);
}

void ExtremePair::take(const Listed::Batch& batch, std::span<const Listed::Entry> entries) {
  Decided decided;
  decide(rows_, pairs_of(batch, entries), interval_, decided);
  Extremes::Found found;
  for (size_t p = 0; p < decided.inside.size(); ++p) {
    const double cosine = decided.cosines[p];
    Extremes::merge(found, {cosine, cosine, decided.inside[p], decided.inside[p]});
  }
  const std::scoped_lock lock(mutex_);
  recomputed_ += std::ssize(entries);
  if (!decided.inside.empty()) Extremes::merge(found_, std::move(found));
}

}  // namespace gramian
