#include "engine/certified/order_search.hpp"

#include <algorithm>
#include <cmath>

#include "engine/certified/kept_pairs.hpp"
#include "engine/sweep/sample_pairs.hpp"
#include "engine/threads.hpp"

namespace gramian {
namespace {

/// Below this number of pairs all of them are recomputed.
constexpr int64_t kAllPairs = int64_t{1} << 16;
constexpr int64_t kPilotMin = int64_t{1} << 15;
constexpr int64_t kPilotMax = int64_t{1} << 22;
/// A pilot pair costs so much more than a pair that is kept.
constexpr double kPilotCost = 6.0;
constexpr double kKeptBytes = 8.0;
/// Values that are kept whatever the memory.
constexpr int64_t kFewValues = int64_t{1} << 16;
/// Kept pairs a row from which on corrections of their cosines pay.
constexpr int64_t kWorthCorrections = 256;
/// What is expected to be listed may be so much more.
constexpr double kSlack = 1.25;

}  // namespace

/// Deals what is listed to whatever is made of each interval: the two ends first, where they are looked for.
class OrderSearch::Sink final : public CertifiedSink {
 public:
  explicit Sink(OrderSearch& search) : search_(search) {}

  void look_for_extremes(const Interval& low, const Interval& high) {
    low_ = std::make_unique<ExtremePair>(low, *search_.rows_);
    high_ = std::make_unique<ExtremePair>(high, *search_.rows_);
  }

  void begin(const UnitRows& rows, double bound) override {
    swept_ = &rows;
    if (low_) search_.first_bound_ = bound;
    const std::vector<double> expected = expected_pairs(bound);
    double pairs = 0.0;
    for (const double of_one : expected) pairs += of_one;
    const auto keep = static_cast<double>(search_.settings_.keep_bytes);
    const auto count = static_cast<double>(search_.looked_.size());
    std::vector<Interval> kept;
    for (const Looked& looked : search_.looked_) {
      const auto values = std::max<int64_t>(kFewValues, static_cast<int64_t>(keep / kKeptBytes / count));
      if (looked.surely || search_.pilot_.empty()) {
        ranks_.push_back(recompute_values(looked.interval, *search_.rows_, values));
      } else if (kSlack * kKeptBytes * pairs <= keep) {
        ranks_.push_back(nullptr);
        kept.push_back(looked.interval);
      } else {
        ranks_.push_back(count_swept(looked.interval, bound));
      }
    }
    if (kept.empty()) return;
    const auto most = static_cast<int64_t>(kSlack * pairs) + kFewValues;
    kept_ = std::make_unique<KeptPairs>(std::move(kept), *search_.rows_, threads(), most, bound);
  }

  void take(const Listed::Batch& batch) override {
    if (kept_) kept_->take(batch);
    std::vector<Listed::Entry> within;
    const auto offer = [&](Gatherer* gatherer) {
      if (gatherer == nullptr) return;
      const double lo = gatherer->interval().lo - batch.margin;
      const double hi = gatherer->interval().hi + batch.margin;
      within.clear();
      for (const Listed::Entry& entry : batch.entries) {
        if (entry.cosine >= lo && entry.cosine <= hi) within.push_back(entry);
      }
      if (!within.empty()) gatherer->take(batch, within);
    };
    offer(low_.get());
    offer(high_.get());
    for (const std::unique_ptr<Gatherer>& gatherer : ranks_) offer(gatherer.get());
  }

  int64_t finish(const Counts& below, const Progress& progress) override {
    int64_t recomputed = 0;
    size_t place = 0;
    if (low_) {
      search_.extremes_ = low_->found();
      search_.extremes_.max = high_->found().max;
      search_.extremes_.max_at = high_->found().max_at;
      search_.extremes_known_ = true;
      recomputed += low_->recomputed() + high_->recomputed();
      place = 2;
    }
    std::vector<std::vector<int64_t>> of_kept;
    std::vector<uint64_t> below_kept;
    for (size_t l = 0; l < ranks_.size(); ++l) {
      if (ranks_[l] != nullptr) continue;
      of_kept.push_back(ranks_of(search_.looked_[l]));
      below_kept.push_back(below[place + l]);
    }
    std::vector<std::vector<RankFound>> kept;
    if (kept_) {
      kept = kept_->find(of_kept, below_kept, corrections().get(), progress);
      recomputed += kept_->recomputed();
      kept_.reset();
    }
    size_t next = 0;
    for (size_t l = 0; l < ranks_.size(); ++l) {
      const Looked& looked = search_.looked_[l];
      if (ranks_[l] == nullptr) {
        note(looked, kept[next++]);
        continue;
      }
      note(looked, ranks_[l]->find(ranks_of(looked), below[place + l], progress));
      recomputed += ranks_[l]->recomputed();
      ranks_[l].reset();
    }
    return recomputed;
  }

 private:
  std::vector<int64_t> ranks_of(const Looked& looked) const {
    std::vector<int64_t> ranks;
    for (size_t w = looked.first; w < looked.end; ++w) ranks.push_back(search_.wanted_[w].rank);
    return ranks;
  }
  void note(const Looked& looked, const std::vector<RankFound>& found) {
    for (size_t w = looked.first; w < looked.end; ++w) {
      Wanted& wanted = search_.wanted_[w];
      const RankFound& here = found[w - looked.first];
      wanted.value = here.value;
      wanted.within = here.within;
      if (!here.value && !here.within) ++wanted.tries;
    }
  }

  /// Where they cost less than they save.
  std::unique_ptr<CosineCorrections> corrections() const {
    Space& space = search_.space_;
    if (kept_->count() < kWorthCorrections * space.size()) return nullptr;
    return space.backend().corrections(*swept_, space.device_rows(), space.unit());
  }

  int threads() const { return search_.space_.backend().host_threads(); }

  /// Of what each interval will list.
  std::vector<double> expected_pairs(double bound) const {
    std::vector<double> expected;
    const std::vector<double>& pilot = search_.pilot_;
    for (const Looked& looked : search_.looked_) {
      const auto first = std::ranges::lower_bound(pilot, looked.interval.lo - bound);
      const auto last = std::ranges::upper_bound(pilot, looked.interval.hi + bound);
      const double part =
          pilot.empty() ? 1.0 : static_cast<double>(last - first + 1) / static_cast<double>(pilot.size());
      expected.push_back(part * static_cast<double>(search_.pairs_));
    }
    return expected;
  }

  OrderSearch& search_;
  const UnitRows* swept_ = nullptr;
  std::unique_ptr<ExtremePair> low_, high_;
  std::vector<std::unique_ptr<Gatherer>> ranks_;  // as looked_; none where pairs are kept
  std::unique_ptr<KeptPairs> kept_;               // round those
};

OrderSearch::OrderSearch(Space& space, const OrderSettings& settings)
    : space_(space), settings_(settings), pairs_(space.size() < 2 ? 0 : space.size() * (space.size() - 1) / 2) {
  std::vector<int64_t> ranks = settings.ranks;
  std::ranges::sort(ranks);
  ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  for (const int64_t rank : ranks) wanted_.push_back({.rank = rank, .tries = 0, .within = {}, .value = {}});
}

void OrderSearch::draw_pilot() {
  rows_ = &space_.pair_cosines();
  if (pairs_ <= kAllPairs) return;
  // What brackets keep is about 16 pairs / sqrt(pilot); together they cost least at pilot = (8 pairs / cost)^(2/3).
  const auto best = static_cast<int64_t>(std::pow(8.0 * static_cast<double>(pairs_) / kPilotCost, 2.0 / 3.0));
  const int64_t partners = (std::clamp(best, kPilotMin, kPilotMax) + space_.size() - 1) / space_.size();
  const std::vector<Pair> pairs = pilot_pairs(space_.size(), partners, settings_.seed);
  pilot_.resize(pairs.size());
  // Pieces are sorted where they are computed, then merged.
  const int threads = space_.backend().host_threads();
  const int64_t pieces = 4 * threads;
  const auto cut = [&](int64_t piece) { return static_cast<size_t>(piece * std::ssize(pairs) / pieces); };
  const auto at = [&](int64_t piece) { return pilot_.begin() + static_cast<std::ptrdiff_t>(cut(piece)); };
  parallel_for(threads, pieces, [&](int64_t piece, int) {
    rows_->quickly(std::span(pairs).subspan(cut(piece), cut(piece + 1) - cut(piece)), pilot_.data() + cut(piece));
    std::sort(at(piece), at(piece + 1));
  });
  for (int64_t size = 1; size < pieces; size *= 2) {
    const int64_t merges = (pieces + 2 * size - 1) / (2 * size);
    parallel_for(threads, merges, [&](int64_t merge, int) {
      const int64_t first = 2 * size * merge;
      std::inplace_merge(at(first), at(std::min(pieces, first + size)), at(std::min(pieces, first + 2 * size)));
    });
  }
  pilot_bound_ = rows_->quick_bound();
}

double OrderSearch::pilot_at(double rank) const {
  return pilot_[static_cast<size_t>(std::clamp(rank, 0.0, static_cast<double>(pilot_.size() - 1)))];
}

Interval OrderSearch::interval_of(const Wanted& wanted) const {
  if (wanted.within) return *wanted.within;
  Interval interval;
  if (pilot_.empty() || wanted.tries > 1) return interval;
  const auto m = static_cast<double>(pilot_.size());
  const double q = static_cast<double>(wanted.rank) / static_cast<double>(pairs_);
  const double errors = wanted.tries == 0 ? settings_.bracket_errors : std::max(4.0, 4.0 * settings_.bracket_errors);
  const double half = errors * std::sqrt(q * (1.0 - q) * m) + errors;
  const double low = std::floor(q * m - half);
  const double high = std::ceil(q * m + half);
  if (low >= 0.0) interval.lo = pilot_at(low) - pilot_bound_;
  if (high < m) interval.hi = pilot_at(high) + pilot_bound_;
  return interval;
}

SweepRequest OrderSearch::needs() {
  if (pairs_ == 0) return {};
  if (rows_ == nullptr) draw_pilot();
  looked_.clear();
  // Ranks whose intervals overlap are looked for in one.
  bool open = false;
  for (size_t w = 0; w < wanted_.size(); ++w) {
    const Wanted& wanted = wanted_[w];
    if (wanted.value) {
      open = false;
      continue;
    }
    const Interval interval = interval_of(wanted);
    const bool surely = wanted.within.has_value() || wanted.tries > 1;
    if (open && interval.lo <= looked_.back().interval.hi && surely == looked_.back().surely) {
      Looked& last = looked_.back();
      last.interval = {std::min(last.interval.lo, interval.lo), std::max(last.interval.hi, interval.hi)};
      last.end = w + 1;
    } else {
      looked_.push_back({interval, w, w + 1, surely});
    }
    open = true;
  }
  if (looked_.empty() && extremes_known_) return {};
  Listed listed;
  sink_ = std::make_shared<Sink>(*this);
  if (!extremes_known_) {
    Interval low;
    Interval high;
    if (!pilot_.empty()) {
      low.hi = pilot_.front() + pilot_bound_;
      high.lo = pilot_.back() - pilot_bound_;
    }
    sink_->look_for_extremes(low, high);
    listed.intervals = {low, high};
  }
  for (const Looked& looked : looked_) listed.intervals.push_back(looked.interval);
  listed.sink = sink_;
  return {listed};
}

void OrderSearch::take() { sink_.reset(); }

double OrderSearch::value(int64_t rank) const {
  return std::ranges::lower_bound(wanted_, rank, {}, &Wanted::rank)->value.value();
}

}  // namespace gramian
