#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/certified/decided.hpp"
#include "engine/certified/gathering.hpp"
#include "engine/threads.hpp"

namespace gramian {
namespace {

/// A swept cosine is kept in fp32.
constexpr double kRounded = 0x1p-24;
/// The first guess of how far an order statistic of swept cosines is from that of canonical ones, as a part of the
/// bound; each next one is kWider times as much.
constexpr double kPart = 1.0 / 16.0;
constexpr double kWider = 4.0;

struct Kept {
  float cosine;
  uint16_t row;
  uint16_t column;
};

/// Those of one batch, in one piece.
struct Block {
  int64_t row = 0;
  int64_t column = 0;
  double margin = 0.0;
  int64_t begin = 0;
  int64_t end = 0;
};

/// Blocks that are decided together.
constexpr int64_t kTogether = 64;

/// What lies at some ascending places of the sorted values, in the order of the places.
void select(std::span<float> values, std::span<const size_t> places, size_t first, std::span<float> found) {
  if (places.empty()) return;
  const size_t middle = places.size() / 2;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(places[middle] - first);
  std::nth_element(values.begin(), nth, values.end());
  found[middle] = *nth;
  const auto below = static_cast<size_t>(nth - values.begin());
  size_t low = middle;
  while (low > 0 && places[low - 1] == places[middle]) found[--low] = *nth;
  size_t high = middle + 1;
  for (; high < places.size() && places[high] == places[middle]; ++high) found[high] = *nth;
  select(values.first(below), places.first(low), first, found.first(low));
  select(values.subspan(below + 1), places.subspan(high), first + below + 1, found.subspan(high));
}

class KeptPairs final : public Gatherer {
 public:
  KeptPairs(const Interval& interval, const PairCosines& rows, int threads, int64_t most, double bound)
      : Gatherer(interval), rows_(rows), threads_(threads), most_(most), bound_(bound + kRounded) {
    // Memory that is not written to is not taken.
    kept_.reserve(static_cast<size_t>(most));
  }

  void take(const Listed::Batch& batch, std::span<const Listed::Entry> entries) override {
    const std::scoped_lock lock(mutex_);
    count_ += std::ssize(entries);
    if (count_ > most_) {
      kept_ = {};
      blocks_ = {};
      return;
    }
    Block block{batch.row, batch.column, batch.margin + kRounded, std::ssize(kept_), 0};
    for (const Listed::Entry& entry : entries) {
      kept_.push_back({static_cast<float>(entry.cosine), entry.row, entry.column});
    }
    block.end = std::ssize(kept_);
    blocks_.push_back(block);
  }

  std::vector<RankFound> find(std::span<const int64_t> ranks, uint64_t below, const Progress& progress) override {
    std::vector<RankFound> found(ranks.size());
    if (count_ > most_ || count_ == 0) return found;
    const auto listed = static_cast<uint64_t>(count_);
    size_t begin = 0;
    while (begin < ranks.size() && static_cast<uint64_t>(ranks[begin]) < below) ++begin;
    size_t end = begin;
    while (end < ranks.size() && static_cast<uint64_t>(ranks[end]) < below + listed) ++end;
    std::vector<size_t> places;
    for (size_t r = begin; r < end; ++r) places.push_back(static_cast<size_t>(static_cast<uint64_t>(ranks[r]) - below));
    std::vector<float> swept(places.size());
    select_swept(places, swept);
    // Ranks whose cosines lie near each other are looked for together.
    for (size_t r = 0; r < places.size();) {
      size_t next = r + 1;
      while (next < places.size() && static_cast<double>(swept[next] - swept[next - 1]) <= 2.0 * bound_) ++next;
      resolve(std::span(places).subspan(r, next - r), static_cast<double>(swept[r]),
              static_cast<double>(swept[next - 1]), std::span(found).subspan(begin + r, next - r), progress);
      r = next;
    }
    return found;
  }

 private:
  void select_swept(std::span<const size_t> places, std::span<float> swept) const {
    std::vector<float> values(kept_.size());
    std::ranges::transform(kept_, values.begin(), &Kept::cosine);
    select(values, places, 0, swept);
  }

  /// Ranks whose swept cosines go from `first` to `last`.
  void resolve(std::span<const size_t> places, double first, double last, std::span<RankFound> found,
               const Progress& progress) {
    for (double off = bound_ * kPart;; off *= kWider) {
      progress.check();
      const Interval window{std::max(interval_.lo, first - off), std::min(interval_.hi, last + off)};
      if (window.lo > window.hi) return;
      Decided all = decide_window(window);
      std::ranges::sort(all.cosines);
      bool every = true;
      for (size_t r = 0; r < places.size(); ++r) {
        const bool there = places[r] >= all.below && places[r] - all.below < all.cosines.size();
        if (there) found[r].value = all.cosines[places[r] - all.below];
        every = every && there;
      }
      if (every || off >= bound_) return;
    }
  }

  /// `below` counts what was kept, and is below by either cosine.
  Decided decide_window(const Interval& window) {
    const int64_t count = (std::ssize(blocks_) + kTogether - 1) / kTogether;
    std::vector<Decided> parts(static_cast<size_t>(count));
    std::vector<int64_t> open(parts.size(), 0);
    parallel_for(threads_, count, [&](int64_t p, int) {
      Decided& part = parts[static_cast<size_t>(p)];
      std::vector<Pair> pairs;
      for (int64_t b = p * kTogether; b < std::min(std::ssize(blocks_), (p + 1) * kTogether); ++b) {
        const Block& block = blocks_[static_cast<size_t>(b)];
        for (int64_t k = block.begin; k < block.end; ++k) {
          const Kept& kept = kept_[static_cast<size_t>(k)];
          const auto cosine = static_cast<double>(kept.cosine);
          if (cosine < window.lo - block.margin) {
            ++part.below;
          } else if (cosine <= window.hi + block.margin) {
            pairs.push_back({block.row + kept.row, block.column + kept.column});
          }
        }
      }
      decide(rows_, pairs, window, part);
      part.inside = {};
      open[static_cast<size_t>(p)] = std::ssize(pairs);
    });
    Decided all;
    for (const Decided& part : parts) {
      all.below += part.below;
      all.cosines.insert(all.cosines.end(), part.cosines.begin(), part.cosines.end());
    }
    recomputed_ += std::reduce(open.begin(), open.end());
    return all;
  }

  const PairCosines& rows_;
  int threads_;
  int64_t most_;
  double bound_;
  int64_t count_ = 0;
  std::vector<Kept> kept_;
  std::vector<Block> blocks_;
};

}  // namespace

std::unique_ptr<Gatherer> keep_pairs(const Interval& interval, const PairCosines& rows, int threads, int64_t most,
                                     double bound) {
  return std::make_unique<KeptPairs>(interval, rows, threads, most, bound);
}

}  // namespace gramian
