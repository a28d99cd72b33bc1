#pragma once
// Pairs round several order statistics, kept with their swept cosines until a sweep is over.

#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "engine/certified/gathering.hpp"
#include "engine/certified/interval_index.hpp"

namespace gramian {

/// One place among what is kept of an interval, and what is there.
struct KeptRank {
  size_t interval = 0;
  size_t place = 0;  // from the first that is kept
  double swept = 0.0;
  RankFound found;
};

class KeptPairs {
 public:
  /// Up to `most` pairs; beyond, nothing is found. `bound`: of any swept cosine's error.
  KeptPairs(std::vector<Interval> intervals, const PairCosines& rows, int threads, int64_t most, double bound);

  /// From several threads at once. Whatever lies in no interval does no harm.
  void take(const Listed::Batch& batch);
  int64_t count() const { return count_; }
  /// `ranks`, ascending, and how many cosines lie `below` the widened interval: of each interval. By `corrections` of
  /// the sweep's cosines, where there are any.
  std::vector<std::vector<RankFound>> find(std::span<const std::vector<int64_t>> ranks, std::span<const uint64_t> below,
                                           const CosineCorrections* corrections, const Progress& progress);
  int64_t recomputed() const { return recomputed_; }

 private:
  struct Place {
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
  /// Pairs that the windows leave open, with their swept cosines, and the group of each.
  struct OpenPairs {
    std::vector<Pair> pairs;
    std::vector<double> cosines;
    std::vector<uint32_t> groups;
  };
  /// Neighbouring wanted ranks of one interval, and where they are looked for.
  struct Group {
    size_t interval = 0;
    std::span<KeptRank> ranks;
    double off = 0.0;  // from their swept cosines
    Interval window;
    uint64_t below = 0;  // of what is kept of the interval
    std::vector<double> cosines;
  };

  /// Blocks are worked with in so many parts.
  int64_t parts() const;
  /// use(interval, swept cosine) for all that is kept in a part of the blocks.
  template <class T, class Use>
  void for_each_swept(const std::vector<T>& cosines, int64_t part, Use use) const;
  template <class T>
  void select_swept(const std::vector<T>& cosines, std::span<KeptRank> ranks) const;
  std::vector<Group> groups_of(std::span<KeptRank> ranks) const;
  /// Adds the pairs of a part that lie below each group's window to `below`; those that may lie in it are returned.
  template <class T>
  OpenPairs left_open(const std::vector<T>& cosines, std::span<const Group> groups, int64_t part,
                      std::span<uint64_t> below) const;
  void decide_windows(std::span<Group> groups, const CosineCorrections* corrections);

  std::vector<Interval> intervals_;  // ascending
  const PairCosines& rows_;
  int threads_;
  int64_t most_;
  double bound_;
  IntervalIndex index_;
  std::mutex mutex_;
  int64_t count_ = 0;
  bool wide_;                    // cosines were swept in fp64
  std::vector<float> floats_;    // swept cosines, as they were: these
  std::vector<double> doubles_;  // or these
  std::vector<Place> places_;
  std::vector<Block> blocks_;
  int64_t recomputed_ = 0;
};

}  // namespace gramian
