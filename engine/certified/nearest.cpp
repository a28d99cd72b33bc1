#include "engine/certified/nearest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/threads.hpp"

namespace gramian {
namespace {

constexpr int64_t kMore = 8;
/// Pairs that are recomputed at a time.
constexpr int64_t kBatch = int64_t{1} << 20;
/// Rows that a thread decides at a time.
constexpr int64_t kRowsAtOnce = 64;
/// Open rows whose bands are formed together, if they lie so near each other.
constexpr int64_t kTogether = 48;
/// A share of rows left open by fp32 for which a sweep in fp64 is worth its price.
constexpr double kWide = 1.0 / 16.0;

/// Cosines of one row in the order of neighbours, the first `k` of which are put into `table`.
void put(std::vector<Neighbor>& candidates, int64_t row, NeighborTable& table) {
  const int64_t held = std::min(table.k, std::ssize(candidates));
  std::partial_sort(candidates.begin(), candidates.begin() + held, candidates.end(), std::less<>());
  std::copy_n(candidates.begin(), held, table.entries.begin() + row * table.k);
  table.held[static_cast<size_t>(row)] = held;
}

class NearestCertifier {
 public:
  NearestCertifier(Space& space, const UnitRows& rows, const NeighborTable& swept, int64_t k, const Progress& progress,
                   Certified& certified)
      : space_(space), rows_(rows), swept_(swept), progress_(progress), certified_(certified) {
    found_.k = std::min(k, swept.k);
    found_.held.assign(swept.held.size(), 0);
    found_.entries.resize(swept.held.size() * static_cast<size_t>(found_.k));
  }

  NeighborTable run() {
    bound_ = certified_bound(space_, rows_);
    for (int64_t row = 0; row < space_.size(); ++row) {
      if (decides(row)) {
        const double floor = floor_of(row);
        starts_.push_back(std::ssize(pairs_));
        for (const Neighbor& neighbor : swept_.of(row)) {
          if (neighbor.cosine >= floor) pairs_.push_back({row, neighbor.row});
        }
        if (std::ssize(pairs_) >= kBatch) recompute();
      } else {
        open_.push_back(row);
      }
    }
    recompute();
    if (open_.empty()) return std::move(found_);
    const bool many = static_cast<double>(open_.size()) > kWide * static_cast<double>(space_.size());
    if (many && rows_.cosine_type() == CosineType::f32) {
      if (std::optional<NeighborTable> wide = in_fp64()) return std::move(*wide);
    }
    look_again();
    return std::move(found_);
  }

 private:
  /// Below it lies no neighbour of the row.
  double floor_of(int64_t row) const {
    const double bound = bound_ - 0.5 * rows_.bound() + rows_.share(row, row + 1);
    return swept_.of(row)[static_cast<size_t>(found_.k - 1)].cosine - 2.0 * bound;
  }

  /// All that may be among the row's nearest were kept.
  bool decides(int64_t row) const {
    const auto kept = swept_.of(row);
    return kept.empty() || std::ssize(kept) == space_.size() - 1 || kept.back().cosine < floor_of(row);
  }

  /// Decides the rows that pairs_ are of.
  void recompute() {
    progress_.check();
    if (pairs_.empty()) return;
    const int64_t rows = std::ssize(starts_);
    starts_.push_back(std::ssize(pairs_));
    const PairCosines& exact = space_.pair_cosines();
    parallel_for(space_.backend().host_threads(), (rows + kRowsAtOnce - 1) / kRowsAtOnce, [&](int64_t chunk, int) {
      std::vector<double> cosines;
      std::vector<Neighbor> candidates;
      for (int64_t r = chunk * kRowsAtOnce; r < std::min(rows, (chunk + 1) * kRowsAtOnce); ++r) {
        const auto begin = static_cast<size_t>(starts_[static_cast<size_t>(r)]);
        const auto end = static_cast<size_t>(starts_[static_cast<size_t>(r) + 1]);
        if (begin == end) continue;
        const std::span<const Pair> pairs = std::span(pairs_).subspan(begin, end - begin);
        cosines.resize(pairs.size());
        exact.of(pairs, cosines.data());
        candidates.clear();
        for (size_t p = 0; p < pairs.size(); ++p) candidates.push_back({pairs[p].j, cosines[p]});
        put(candidates, pairs.front().i, found_);
      }
    });
    certified_.recomputed += std::ssize(pairs_);
    pairs_.clear();
    starts_.clear();
  }

  std::vector<double> canonical(const std::vector<Pair>& pairs) {
    certified_.recomputed += std::ssize(pairs);
    return space_.backend().pair_cosines(space_.device_rows(), space_.unit(), pairs);
  }

  /// Sweeps once more in fp64, whose bound decides more; nothing where there is no room for it.
  std::optional<NeighborTable> in_fp64() {
    std::unique_ptr<UnitRows> wide;
    try {
      wide = space_.backend().prepare(space_.device_rows(), space_.unit(), Precision::double_);
    } catch (const OutOfMemory&) {
      return std::nullopt;
    }
    if (!std::isfinite(wide->bound())) return std::nullopt;
    const SweepState state = space_.backend().sweep(*wide, {Nearest{.k = swept_.k}}, progress_);
    return certified_nearest(space_, *wide, state.of<Nearest>(0), found_.k, progress_, certified_);
  }

  /// For every open row, all others that may be among its nearest.
  void look_again() {
    for (size_t next = 0; next < open_.size();) {
      progress_.check();
      const int64_t begin = open_[next];
      size_t last = next;
      double lowest = std::numeric_limits<double>::infinity();
      for (; last < open_.size() && open_[last] < begin + kTogether; ++last) {
        lowest = std::min(lowest, floor_of(open_[last]));
      }
      const CsrBand band = space_.backend().threshold_band(rows_, lowest, begin, open_[last - 1] + 1);
      for (; next < last; ++next) look_again(open_[next], begin, band);
    }
  }

  void look_again(int64_t row, int64_t begin, const CsrBand& band) {
    // A band holds cosines in fp32.
    const double floor = floor_of(row) - 0x1p-24;
    std::vector<Pair> pairs;
    for (auto at = static_cast<size_t>(band.offsets[static_cast<size_t>(row - begin)]);
         at < static_cast<size_t>(band.offsets[static_cast<size_t>(row - begin) + 1]); ++at) {
      if (static_cast<double>(band.cosines[at]) >= floor) pairs.push_back({row, band.columns[at]});
    }
    const std::vector<double> cosines = canonical(pairs);
    std::vector<Neighbor> candidates;
    for (size_t p = 0; p < pairs.size(); ++p) candidates.push_back({pairs[p].j, cosines[p]});
    put(candidates, row, found_);
  }

  Space& space_;
  const UnitRows& rows_;
  const NeighborTable& swept_;
  const Progress& progress_;
  Certified& certified_;
  double bound_ = 0.0;
  NeighborTable found_;
  std::vector<Pair> pairs_;      // of decided rows, which come one after the other
  std::vector<int64_t> starts_;  // of rows among them
  std::vector<int64_t> open_;
};

}  // namespace

Nearest widened_nearest(const Nearest& wanted) { return {.k = wanted.k + kMore, .of = wanted.of}; }

NeighborTable certified_nearest(Space& space, const UnitRows& rows, const NeighborTable& table, int64_t k,
                                const Progress& progress, Certified& certified) {
  return NearestCertifier(space, rows, table, k, progress, certified).run();
}

}  // namespace gramian
