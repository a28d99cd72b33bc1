#include "engine/certified/kept_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/certified/decided.hpp"
#include "engine/threads.hpp"

namespace gramian {
namespace {

/// No fp32 cosine has so small a bound, and no fp64 cosine a larger one.
constexpr double kWideBound = 1e-9;
/// The first guess of how far an order statistic of swept cosines is from that of canonical ones, as a part of the
/// bound; each next one is kWider times as much.
constexpr double kPart = 1.0 / 16.0;
constexpr double kWider = 4.0;
/// Blocks that are decided together: about those of a tile, whose rows then stay in the cache.
constexpr int64_t kTogether = 8;

/// What lies at some ascending places of the sorted values, in the order of the places.
template <class T>
void select(std::span<T> values, std::span<KeptRank> ranks, size_t first) {
  if (ranks.empty()) return;
  const size_t middle = ranks.size() / 2;
  const size_t place = ranks[middle].place;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(place - first);
  std::nth_element(values.begin(), nth, values.end());
  const auto low = static_cast<size_t>(std::ranges::lower_bound(ranks, place, {}, &KeptRank::place) - ranks.begin());
  const auto high = static_cast<size_t>(std::ranges::upper_bound(ranks, place, {}, &KeptRank::place) - ranks.begin());
  for (KeptRank& rank : ranks.subspan(low, high - low)) rank.swept = static_cast<double>(*nth);
  select(values.first(place - first), ranks.first(low), first);
  select(values.subspan(place - first + 1), ranks.subspan(high), place + 1);
}

}  // namespace

KeptPairs::KeptPairs(std::vector<Interval> intervals, const PairCosines& rows, int threads, int64_t most, double bound)
    : intervals_(std::move(intervals)),
      rows_(rows),
      threads_(threads),
      most_(most),
      bound_(bound),
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

template <class T>
void KeptPairs::select_swept(const std::vector<T>& cosines, std::span<KeptRank> ranks) const {
  std::vector<std::vector<T>> values(intervals_.size());
  for (const Block& block : blocks_) {
    for (int64_t k = block.begin; k < block.end; ++k) {
      const T kept = cosines[static_cast<size_t>(k)];
      for (size_t b = 0; b < intervals_.size(); ++b) {
        if (static_cast<double>(kept) < intervals_[b].lo - block.margin) continue;
        if (static_cast<double>(kept) <= intervals_[b].hi + block.margin) values[b].push_back(kept);
      }
    }
  }
  parallel_for(threads_, std::ssize(intervals_), [&](int64_t b, int) {
    const auto number = static_cast<size_t>(b);
    const auto first = std::ranges::lower_bound(ranks, number, {}, &KeptRank::interval) - ranks.begin();
    const auto last = std::ranges::upper_bound(ranks, number, {}, &KeptRank::interval) - ranks.begin();
    const auto mine = ranks.subspan(static_cast<size_t>(first), static_cast<size_t>(last - first));
    std::vector<T>& kept = values[number];
    const auto held =
        static_cast<size_t>(std::ranges::lower_bound(mine, kept.size(), {}, &KeptRank::place) - mine.begin());
    for (KeptRank& rank : mine.subspan(held)) rank.swept = std::numeric_limits<double>::infinity();
    select(std::span<T>(kept), mine.first(held), 0);
  });
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

void KeptPairs::decide_windows(std::span<Group> groups) {
  const int64_t count = (std::ssize(blocks_) + kTogether - 1) / kTogether;
  std::mutex mutex;
  parallel_for(threads_, count, [&](int64_t part, int) {
    std::vector<Decided> decided(groups.size());
    std::vector<std::vector<Pair>> open(groups.size());
    for (int64_t b = part * kTogether; b < std::min(std::ssize(blocks_), (part + 1) * kTogether); ++b) {
      const Block& block = blocks_[static_cast<size_t>(b)];
      for (int64_t k = block.begin; k < block.end; ++k) {
        const double kept = cosine(k);
        const Place& at = places_[static_cast<size_t>(k)];
        for (size_t g = 0; g < groups.size(); ++g) {
          const Group& group = groups[g];
          if (kept < intervals_[group.interval].lo - block.margin) continue;
          if (kept < group.window.lo - block.margin) {
            ++decided[g].below;
          } else if (kept <= group.window.hi + block.margin) {
            open[g].push_back({block.row + at.row, block.column + at.column});
          }
        }
      }
    }
    int64_t recomputed = 0;
    for (size_t g = 0; g < groups.size(); ++g) {
      decide(rows_, open[g], groups[g].window, decided[g]);
      recomputed += std::ssize(open[g]);
    }
    const std::scoped_lock lock(mutex);
    recomputed_ += recomputed;
    for (size_t g = 0; g < groups.size(); ++g) {
      groups[g].below += decided[g].below;
      groups[g].cosines.insert(groups[g].cosines.end(), decided[g].cosines.begin(), decided[g].cosines.end());
    }
  });
}

std::vector<std::vector<RankFound>> KeptPairs::find(std::span<const std::vector<int64_t>> ranks,
                                                    std::span<const uint64_t> below, const Progress& progress) {
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
    decide_windows(open);
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
