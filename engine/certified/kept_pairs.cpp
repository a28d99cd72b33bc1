#include "engine/certified/kept_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "engine/certified/decided.hpp"
#include "engine/threads.hpp"

namespace gramian {
namespace {

/// No fp32 cosine has so small a bound, and no fp64 cosine a larger one.
constexpr double kWideBound = 1e-9;
/// The first guess of how far an order statistic of swept cosines is from that of canonical ones, as a part of the
/// bound; each next one is kWider times as much.
constexpr double kPart = 1.0 / 64.0;
constexpr double kWider = 4.0;
/// Blocks that are decided together: about those of a tile, whose rows then stay in the cache.
constexpr int64_t kTogether = 8;

/// Swept cosines of an interval are first sorted into so many bins.
constexpr size_t kBins = 4096;

/// The bins that swept cosines of one interval fall into: a larger cosine never into an earlier bin.
struct Bins {
  double first = 0.0;
  double per_cosine = 0.0;
  Counts counts = Counts(kBins);
  std::vector<int> taken = std::vector<int>(kBins, -1);  // the list that a bin's cosines are collected in

  size_t of(double cosine) const {
    return static_cast<size_t>(std::clamp((cosine - first) * per_cosine, 0.0, static_cast<double>(kBins - 1)));
  }
};

}  // namespace

KeptPairs::KeptPairs(std::vector<Interval> intervals, const PairCosines& rows, int threads, int64_t most, double bound)
    : intervals_(std::move(intervals)),
      rows_(rows),
      threads_(threads),
      most_(most),
      bound_(bound),
      index_(intervals_, bound),
      wide_(bound < kWideBound) {
  // Memory that is not written to is not taken.
  places_.reserve(static_cast<size_t>(most));
  if (wide_) {
    doubles_.reserve(static_cast<size_t>(most));
  } else {
    floats_.reserve(static_cast<size_t>(most));
  }
}

void KeptPairs::take(const Listed::Batch& batch) {
  const std::scoped_lock lock(mutex_);
  count_ += std::ssize(batch.entries);
  if (count_ > most_) {
    floats_ = {};
    doubles_ = {};
    places_ = {};
    blocks_ = {};
    return;
  }
  Block block{batch.row, batch.column, batch.margin, std::ssize(places_), 0};
  for (const Listed::Entry& entry : batch.entries) {
    places_.push_back({entry.row, entry.column});
    if (wide_) {
      doubles_.push_back(entry.cosine);
    } else {
      floats_.push_back(static_cast<float>(entry.cosine));
    }
  }
  block.end = std::ssize(places_);
  blocks_.push_back(block);
}

int64_t KeptPairs::parts() const { return (std::ssize(blocks_) + kTogether - 1) / kTogether; }

template <class T, class Use>
void KeptPairs::for_each_swept(const std::vector<T>& cosines, int64_t part, Use use) const {
  for (int64_t b = part * kTogether; b < std::min(std::ssize(blocks_), (part + 1) * kTogether); ++b) {
    const Block& block = blocks_[static_cast<size_t>(b)];
    for (int64_t k = block.begin; k < block.end; ++k) {
      const auto kept = static_cast<double>(cosines[static_cast<size_t>(k)]);
      for (size_t i = index_.first(kept); i < intervals_.size() && kept >= intervals_[i].lo - block.margin; ++i) {
        if (kept <= intervals_[i].hi + block.margin) use(i, kept);
      }
    }
  }
}

template <class T>
void KeptPairs::select_swept(const std::vector<T>& cosines, std::span<KeptRank> ranks) const {
  std::vector<Bins> bins(intervals_.size());
  for (size_t i = 0; i < intervals_.size(); ++i) {
    bins[i].first = intervals_[i].lo - bound_;
    bins[i].per_cosine = static_cast<double>(kBins) / (intervals_[i].hi - intervals_[i].lo + 2.0 * bound_);
  }
  std::vector<std::vector<Counts>> counts(static_cast<size_t>(threads_));  // of each thread and interval
  parallel_for(threads_, parts(), [&](int64_t part, int thread) {
    std::vector<Counts>& own = counts[static_cast<size_t>(thread)];
    own.resize(bins.size(), Counts(kBins));
    for_each_swept(cosines, part, [&](size_t i, double kept) { ++own[i][bins[i].of(kept)]; });
  });
  for (const std::vector<Counts>& own : counts) {
    for (size_t i = 0; i < own.size(); ++i) add(bins[i].counts, own[i]);
  }
  // Only the cosines of a bin with a wanted place in it are looked at one by one.
  struct Sought {
    int list = -1;
    size_t place = 0;
  };
  std::vector<Sought> places;
  int lists = 0;
  for (const KeptRank& rank : ranks) {
    Bins& of = bins[rank.interval];
    uint64_t left = rank.place;
    size_t b = 0;
    while (b < of.counts.size() && left >= of.counts[b]) left -= of.counts[b++];
    if (b == of.counts.size()) {
      places.emplace_back();
      continue;
    }
    if (of.taken[b] < 0) of.taken[b] = lists++;
    places.push_back({of.taken[b], left});
  }
  std::vector<std::vector<std::vector<T>>> found(static_cast<size_t>(threads_));  // by each thread for each list
  parallel_for(threads_, parts(), [&](int64_t part, int thread) {
    std::vector<std::vector<T>>& own = found[static_cast<size_t>(thread)];
    own.resize(static_cast<size_t>(lists));
    for_each_swept(cosines, part, [&](size_t i, double kept) {
      const int list = bins[i].taken[bins[i].of(kept)];
      if (list >= 0) own[static_cast<size_t>(list)].push_back(static_cast<T>(kept));
    });
  });
  std::vector<std::vector<T>> values(static_cast<size_t>(lists));
  for (std::vector<std::vector<T>>& own : found) {
    for (size_t l = 0; l < own.size(); ++l) {
      values[l].insert(values[l].end(), own[l].begin(), own[l].end());
      own[l] = {};
    }
  }
  parallel_for(threads_, lists, [&](int64_t list, int) { std::ranges::sort(values[static_cast<size_t>(list)]); });
  for (size_t r = 0; r < ranks.size(); ++r) {
    const auto [list, place] = places[r];
    ranks[r].swept = list < 0 ? std::numeric_limits<double>::infinity()
                              : static_cast<double>(values[static_cast<size_t>(list)][place]);
  }
}

std::vector<KeptPairs::Group> KeptPairs::groups_of(std::span<KeptRank> ranks) const {
  std::vector<Group> groups;
  for (size_t r = 0; r < ranks.size();) {
    size_t next = r + 1;
    while (next < ranks.size() && ranks[next].interval == ranks[r].interval &&
           ranks[next].swept - ranks[next - 1].swept <= 2.0 * bound_) {
      ++next;
    }
    if (std::isfinite(ranks[r].swept) && std::isfinite(ranks[next - 1].swept)) {
      groups.push_back({ranks[r].interval, ranks.subspan(r, next - r), bound_ * kPart, {}, 0, {}});
    }
    r = next;
  }
  return groups;
}

template <class T>
KeptPairs::OpenPairs KeptPairs::left_open(const std::vector<T>& cosines, std::span<const Group> groups, int64_t part,
                                          std::span<uint64_t> below) const {
  std::vector<size_t> first(intervals_.size() + 1, 0);  // of an interval's groups, which ascend as intervals do
  for (const Group& group : groups) ++first[group.interval + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  // One beyond the last interval ends the search.
  std::vector<double> from(intervals_.size() + 1, std::numeric_limits<double>::infinity());
  std::vector<Interval> windows(groups.size());
  OpenPairs open;
  for (int64_t b = part * kTogether; b < std::min(std::ssize(blocks_), (part + 1) * kTogether); ++b) {
    const Block& block = blocks_[static_cast<size_t>(b)];
    for (size_t i = 0; i < intervals_.size(); ++i) from[i] = intervals_[i].lo - block.margin;
    for (size_t g = 0; g < groups.size(); ++g) {
      windows[g] = {groups[g].window.lo - block.margin, groups[g].window.hi + block.margin};
    }
    for (int64_t k = block.begin; k < block.end; ++k) {
      const auto kept = static_cast<double>(cosines[static_cast<size_t>(k)]);
      for (size_t i = index_.first(kept); kept >= from[i]; ++i) {
        for (size_t g = first[i]; g < first[i + 1]; ++g) {
          const bool under = kept < windows[g].lo;
          below[g] += under ? 1 : 0;
          if (!under && kept <= windows[g].hi) {
            const Place& at = places_[static_cast<size_t>(k)];
            open.pairs.push_back({block.row + at.row, block.column + at.column});
            open.cosines.push_back(kept);
            open.groups.push_back(static_cast<uint32_t>(g));
          }
        }
      }
    }
  }
  return open;
}

void KeptPairs::decide_windows(std::span<Group> groups, const CosineCorrections* corrections) {
  std::mutex mutex;
  parallel_for(threads_, parts(), [&](int64_t part, int) {
    std::vector<uint64_t> below(groups.size(), 0);
    OpenPairs open = wide_ ? left_open(doubles_, groups, part, below) : left_open(floats_, groups, part, below);
    const double bound = corrections != nullptr ? corrections->bound() : bound_;
    if (corrections != nullptr) corrections->correct(open.pairs, open.cosines);
    std::vector<std::vector<Pair>> still_open(groups.size());
    for (size_t p = 0; p < open.pairs.size(); ++p) {
      const size_t g = open.groups[p];
      if (open.cosines[p] < groups[g].window.lo - bound) {
        ++below[g];
      } else if (open.cosines[p] <= groups[g].window.hi + bound) {
        still_open[g].push_back(open.pairs[p]);
      }
    }
    std::vector<Decided> decided(groups.size());
    for (size_t g = 0; g < groups.size(); ++g) decide(rows_, still_open[g], groups[g].window, decided[g]);
    const std::scoped_lock lock(mutex);
    recomputed_ += std::ssize(open.pairs);
    for (size_t g = 0; g < groups.size(); ++g) {
      groups[g].below += below[g] + decided[g].below;
      groups[g].cosines.insert(groups[g].cosines.end(), decided[g].cosines.begin(), decided[g].cosines.end());
    }
  });
}

std::vector<std::vector<RankFound>> KeptPairs::find(std::span<const std::vector<int64_t>> ranks,
                                                    std::span<const uint64_t> below,
                                                    const CosineCorrections* corrections, const Progress& progress) {
  std::vector<std::vector<RankFound>> found(ranks.size());
  for (size_t b = 0; b < ranks.size(); ++b) found[b].resize(ranks[b].size());
  if (count_ > most_) return found;
  std::vector<KeptRank> wanted;
  std::vector<RankFound*> places;
  for (size_t b = 0; b < ranks.size(); ++b) {
    for (size_t r = 0; r < ranks[b].size(); ++r) {
      const auto rank = static_cast<uint64_t>(ranks[b][r]);
      if (rank < below[b]) continue;
      wanted.push_back({b, static_cast<size_t>(rank - below[b]), 0.0, {}});
      places.push_back(&found[b][r]);
    }
  }
  if (wide_) {
    select_swept(doubles_, wanted);
  } else {
    select_swept(floats_, wanted);
  }
  std::vector<Group> open = groups_of(wanted);
  while (!open.empty()) {
    progress.check();
    for (Group& group : open) {
      const Interval& interval = intervals_[group.interval];
      const double first = group.ranks.front().swept;
      const double last = group.ranks.back().swept;
      group.window = {std::clamp(first - group.off, interval.lo, interval.hi),
                      std::clamp(last + group.off, interval.lo, interval.hi)};
      group.below = 0;
      group.cosines.clear();
    }
    decide_windows(open, corrections);
    std::vector<Group> still_open;
    for (Group& group : open) {
      std::ranges::sort(group.cosines);
      bool every = true;
      for (KeptRank& rank : group.ranks) {
        const bool there = rank.place >= group.below && rank.place - group.below < group.cosines.size();
        if (there) rank.found.value = group.cosines[rank.place - group.below];
        every = every && there;
      }
      // By as much as the bound it is surely there, if it is in the interval.
      if (every || group.off >= bound_) continue;
      group.off *= kWider;
      still_open.push_back(std::move(group));
    }
    open = std::move(still_open);
  }
  for (size_t w = 0; w < wanted.size(); ++w) *places[w] = wanted[w].found;
  return found;
}

}  // namespace gramian
