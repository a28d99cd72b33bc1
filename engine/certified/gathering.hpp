#pragma once
// What is made of the pairs that a sweep lists round an order statistic or an extreme.
//
// A swept cosine and the canonical one differ by the margin m of its batch at most. A pair that is not listed lies on
// the same side of the interval [lo, hi] by both; so order statistics within [lo, hi] follow from how many lie below
// and from the canonical cosines of what is listed. What of these has to be recomputed is another matter:
//
//   KeptPairs        keeps pairs with their swept cosines. Of these the r-th smallest is s, so the r-th smallest
//                    canonical cosine v is in [s - m, s + m], and nearly always within a small part of m from s: errors
//                    go both ways. Only what lies within that part and m from s is recomputed; if v is not there, more.
//                    Where the device corrects swept cosines (CosineCorrections), that tells most of it.
//   SweptCounts      where that would be too many: counts swept cosines in narrow bins, so that another sweep can look
//                    where s is.
//   CanonicalValues  recomputes what is listed, and keeps the values, or counts of them where they are too many.
//   ExtremePair      recomputes what is listed, and keeps the outermost.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "engine/backend.hpp"
#include "engine/progress.hpp"
#include "engine/reductions/extremes.hpp"
#include "engine/reductions/listed.hpp"

namespace gramian {

/// What a sweep has told of one wanted rank.
struct RankFound {
  std::optional<double> value;
  /// Where there is no value: where it is, if that is known.
  std::optional<Interval> within;
};

class Gatherer {
 public:
  explicit Gatherer(const Interval& interval) : interval_(interval) {}
  virtual ~Gatherer() = default;
  const Interval& interval() const { return interval_; }
  /// Entries of `batch` within the widened interval; from several threads at once.
  virtual void take(const Listed::Batch& batch, std::span<const Listed::Entry> entries) = 0;
  /// `below`: cosines that lie under the widened interval. For every rank, ascending.
  virtual std::vector<RankFound> find(std::span<const int64_t> ranks, uint64_t below, const Progress& progress) = 0;
  int64_t recomputed() const { return recomputed_; }

 protected:
  Interval interval_;
  int64_t recomputed_ = 0;
  std::mutex mutex_;
};

std::unique_ptr<Gatherer> count_swept(const Interval& interval, double bound);
/// Up to `most` values; beyond, counts.
std::unique_ptr<Gatherer> recompute_values(const Interval& interval, const PairCosines& rows, int64_t most);

/// The smallest or the largest of what is listed, with its first pair in (i, j) order.
class ExtremePair final : public Gatherer {
 public:
  ExtremePair(const Interval& interval, const PairCosines& rows) : Gatherer(interval), rows_(rows) {}
  void take(const Listed::Batch& batch, std::span<const Listed::Entry> entries) override;
  std::vector<RankFound> find(std::span<const int64_t>, uint64_t, const Progress&) override { return {}; }
  const Extremes::Found& found() const { return found_; }

 private:
  const PairCosines& rows_;
  Extremes::Found found_;
};

}  // namespace gramian
