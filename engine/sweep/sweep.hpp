#pragma once
// One pass over the cosines of all pairs i < j, and what it leaves behind.
//
// A sweep walks the upper-triangular tiles of S = X̂X̂ᵀ and feeds every primitive reduction of a SweepRequest with each
// cosine once. Its SweepState merges: merge(sweep(range 1), sweep(range 2)) == sweep(range 1 + range 2), exactly, in
// any order and for any split of the tiles. Threads, devices and processes all rest on that.

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/sweep/cosine_type.hpp"
#include "engine/sweep/fine_grid.hpp"
#include "engine/sweep/rank_bins.hpp"

namespace gramian {

/// A pair of rows; i < j wherever it names a cosine.
struct Pair {
  int64_t i = 0;
  int64_t j = 0;
  friend auto operator<=>(const Pair&, const Pair&) = default;
};

/// Equal-width bins over [lo, hi] with the edges of numpy.histogram: edge b = lo + b (hi - lo)/bins in fp64, bins are
/// closed on the left, the last one also on the right. 1 <= bins <= 65536.
struct HistogramSpec {
  double lo = -1.0;
  double hi = 1.0;
  int64_t bins = 2048;
  friend bool operator==(const HistogramSpec&, const HistogramSpec&) = default;
};

/// The counts of the fine grid themselves.
constexpr HistogramSpec fine_histogram() { return {-1.0, 1.0, kFineBins}; }

/// A closed interval [lo, hi] of cosines: what lies below it is counted, what falls inside is kept, either every value
/// (keep = values) or as counts of runs of 2^shift neighbouring representable numbers (keep = counts). With shift 0
/// the counts are the exact multiset of values. Order statistics are selected from brackets.
struct Bracket {
  enum class Keep : uint8_t { values, counts };
  double lo = -1.0;
  double hi = 1.0;
  Keep keep = Keep::values;
  int shift = 0;
  friend bool operator==(const Bracket&, const Bracket&) = default;
};

/// Everything in bins [first, last] of the fine grid, 0 <= first <= last < kFineBins.
Bracket fine_bracket(int64_t first, int64_t last, CosineType type);

/// Which primitive reductions one pass shall run. The set is closed: every analysis is expressed in these.
struct SweepRequest {
  bool extremes = false;
  std::vector<HistogramSpec> histograms;
  std::vector<Bracket> brackets;
  std::vector<Pair> probes;               // pairs whose cosine is wanted as it was computed; ascending, i < j
  bool dense = false;                     // the whole matrix, for small n
  int64_t top_k = 0;                      // so many nearest neighbours of every row
  std::vector<double> thresholds;         // for each: how many cosines of every row reach it
  std::shared_ptr<const RankBins> ranks;  // how many cosines fall into each of these bins
  bool empty() const {
    return !extremes && histograms.empty() && brackets.empty() && probes.empty() && !dense && top_k == 0 &&
           thresholds.empty() && ranks == nullptr;
  }
};

/// Smallest and largest cosine, each with its first pair in (i, j) order.
struct Extremes {
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  Pair min_at;
  Pair max_at;
  friend bool operator==(const Extremes&, const Extremes&) = default;
};

struct HistogramCounts {
  uint64_t below = 0;  // cosines < lo
  uint64_t above = 0;  // cosines > hi
  std::vector<uint64_t> counts;
  friend bool operator==(const HistogramCounts&, const HistogramCounts&) = default;
};

struct BracketCounts {
  uint64_t below = 0;
  uint64_t inside = 0;
  std::vector<uint64_t> counts;     // keep == counts: slot (key(x) - key(lo)) >> shift, see ordered.hpp
  std::vector<float> values;        // keep == values and CosineType::f32, in no particular order
  std::vector<double> wide_values;  // keep == values and CosineType::f64
};

/// One probe's cosine; `index` points into SweepRequest::probes.
struct ProbeValue {
  int64_t index = 0;
  double cosine = 0.0;
  friend auto operator<=>(const ProbeValue&, const ProbeValue&) = default;
};

/// A row and its cosine to another. Neighbours are ordered by cosine, highest first, equal ones by row, lowest first.
struct Neighbor {
  int64_t row = 0;
  double cosine = 0.0;
  friend bool operator==(const Neighbor&, const Neighbor&) = default;
  friend bool operator<(const Neighbor& a, const Neighbor& b) {
    return a.cosine > b.cosine || (a.cosine == b.cosine && a.row < b.row);
  }
};

/// The k nearest neighbours of each of n rows (itself excluded), in order; fewer where no more were seen.
struct NeighborTable {
  int64_t k = 0;
  std::vector<int64_t> held;      // n; neighbours of row i that are there
  std::vector<Neighbor> entries;  // n x k; row i's begin at i k
  std::span<const Neighbor> of(int64_t row) const {
    return std::span(entries).subspan(static_cast<size_t>(row * k),
                                      static_cast<size_t>(held[static_cast<size_t>(row)]));
  }
};

/// What a sweep over some tiles has found. Parts appear in the order of the request.
struct SweepState {
  uint64_t pairs = 0;
  Extremes extremes;
  std::vector<HistogramCounts> histograms;
  std::vector<BracketCounts> brackets;
  std::vector<ProbeValue> probes;
  std::vector<double> dense;                   // n x n row-major, upper triangle; NaN where no tile has been
  NeighborTable neighbors;                     // top_k > 0
  std::vector<std::vector<uint64_t>> degrees;  // a threshold: n counts of cosines >= it, the diagonal left out
  std::vector<uint64_t> ranks;                 // cosines in each bin of SweepRequest::ranks
};

/// Adds `part` to `into`. Both must come from the same request and matrix, over disjoint tiles; a default-constructed
/// state is neutral. Associative and commutative up to the order of kept values and probes; canonicalize() removes it.
void merge(SweepState& into, SweepState&& part);

/// Sorts what is kept in no particular order, so that equal states are equal byte for byte.
void canonicalize(SweepState& state);

/// What one pass over the pairs of two spaces leaves for their rank product: for every bin of the first space's
/// cosines, how many there are and the sum, modulo 2^64, of the values of the bins of the second's.
struct RankSums {
  std::vector<uint64_t> counts;
  std::vector<int64_t> sums;
  friend bool operator==(const RankSums&, const RankSums&) = default;
};

/// Adds `part`, of the same bins and disjoint tiles; an empty one is neutral. Associative, commutative, exact.
void merge(RankSums& into, const RankSums& part);

/// One tile: rows [row_begin, row_end) x columns [col_begin, col_end); on a diagonal tile only j > i counts.
struct Tile {
  int64_t row_begin = 0, row_end = 0;
  int64_t col_begin = 0, col_end = 0;
  bool diagonal = false;
};

/// The upper triangle of an n x n matrix cut into square tiles of `edge`, numbered row band by row band.
class TileGrid {
 public:
  TileGrid(int64_t n, int64_t edge);
  int64_t n() const { return n_; }
  int64_t edge() const { return edge_; }
  int64_t bands() const { return bands_; }
  int64_t size() const { return bands_ * (bands_ + 1) / 2; }
  Tile at(int64_t index) const;

 private:
  int64_t n_;
  int64_t edge_;
  int64_t bands_;
};

/// Tiles [begin, end) of a grid.
struct TileRange {
  int64_t begin = 0;
  int64_t end = 0;
};

/// How long work talks to whoever started it. Both are called from the thread that started the work.
struct Progress {
  std::function<void(int64_t done, int64_t total)> report;  // may be empty
  std::function<bool()> cancelled;                          // may be empty; true: stop, throw Interrupted
};

}  // namespace gramian
