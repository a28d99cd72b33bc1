#include "engine/analyses/comparison/spearman.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/analyses/comparison/tied_ranks.hpp"
#include "engine/analyses/distribution/moments.hpp"
#include "engine/cosines/canonical_cosine.hpp"
#include "engine/error.hpp"
#include "engine/random.hpp"
#include "engine/sweep/sample_pairs.hpp"

namespace gramian {
namespace {

/// A bin shall hold one in so many cosines, which bounds the error by about 2/kParts.
constexpr double kParts = 32768.0;
constexpr int64_t kSample = int64_t{1} << 18;

/// Average ranks of bins, centred: 2 rank − (N + 1), which is a whole number.
struct BinRanks {
  std::vector<int64_t> doubled;
  double variance = 0.0;  // of `doubled`
  double lost = 0.0;      // at most: of what a cosine's own rank, doubled, differs from its bin's
};

BinRanks rank_bins(const std::vector<uint64_t>& counts, const std::vector<bool>& mixed) {
  BinRanks ranks;
  uint64_t total = 0;
  for (const uint64_t count : counts) total += count;
  uint64_t below = 0;
  long double squares = 0.0L;
  long double lost = 0.0L;
  for (size_t b = 0; b < counts.size(); ++b) {
    const uint64_t count = counts[b];
    // The ranks below + 1 ... below + count.
    const auto doubled = static_cast<int64_t>(2 * below + count) - static_cast<int64_t>(total);
    ranks.doubled.push_back(doubled);
    const auto c = static_cast<long double>(count);
    squares += c * static_cast<long double>(doubled) * static_cast<long double>(doubled);
    if (mixed[b]) lost += c * (c * c - 1.0L) / 3.0L;
    below += count;
  }
  ranks.variance = static_cast<double>(squares / static_cast<long double>(total));
  ranks.lost = static_cast<double>(lost / static_cast<long double>(total));
  return ranks;
}

/// The bound for R and S whose ranks have lost e and f, each relative to what is left: see the header.
double bound_of(double rho, double e, double f) {
  return e + f + e * f + std::abs(rho) * (1.0 - 1.0 / std::sqrt((1.0 + e * e) * (1.0 + f * f)));
}

/// All cosines are equal, as far as fp64 can tell.
bool constant(Space& space) { return pair_moments(space).sd <= tie_tolerance(space) / 2.0; }

}  // namespace

std::vector<double> cosine_triangle(Space& space, const Progress& progress) {
  const int64_t n = space.size();
  std::vector<Pair> pairs;
  pairs.reserve(static_cast<size_t>(n * (n - 1) / 2));
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = i + 1; j < n; ++j) pairs.push_back({i, j});
  }
  progress.check();
  return space.backend().pair_cosines(space.device_rows(), space.unit(), pairs);
}

double tie_tolerance(const Space& space) { return 2.0 * canonical_cosine_bound(space.unit().dim(space.dim())); }

double spearman_exact_bytes(int64_t n) {
  // Pairs, cosines, sorted values with their places, and both spaces' ranks.
  return static_cast<double>(n) * static_cast<double>(n - 1) / 2.0 * (16.0 + 2.0 * 8.0 + 16.0 + 2.0 * 8.0);
}

Spearman spearman_of(std::span<const double> s, std::span<const double> t, double tolerance_s, double tolerance_t) {
  if (s.size() != t.size()) throw InvalidUsage("a rank correlation needs as many values of both spaces");
  const TiedRanks x = tied_ranks(s, tolerance_s);
  const TiedRanks y = tied_ranks(t, tolerance_t);
  Spearman result;
  result.rho = std::numeric_limits<double>::quiet_NaN();
  if (!(x.variance > 0.0) || !(y.variance > 0.0)) return result;
  long double product = 0.0L;
  for (size_t k = 0; k < s.size(); ++k) {
    product += static_cast<long double>(x.doubled[k]) * static_cast<long double>(y.doubled[k]);
  }
  const auto covariance = static_cast<double>(product / static_cast<long double>(s.size()));
  const double rho = covariance / (std::sqrt(x.variance) * std::sqrt(y.variance));
  result.rho = std::clamp(rho, -1.0, 1.0);
  result.bound = bound_of(rho, std::sqrt(x.lost / x.variance), std::sqrt(y.lost / y.variance));
  return result;
}

Spearman spearman_exact(Space& a, Space& b, const Progress& progress) {
  if (a.size() != b.size()) throw InvalidUsage("a rank correlation needs the same items in both spaces");
  const std::vector<double> s = cosine_triangle(a, progress);
  const std::vector<double> t = cosine_triangle(b, progress);
  progress.check();
  return spearman_of(s, t, tie_tolerance(a), tie_tolerance(b));
}

std::shared_ptr<const RankBins> choose_rank_bins(Space& space, Precision precision, uint64_t seed) {
  // Another stream than the accuracy sample's.
  const std::vector<Pair> pairs = sample_pairs(space.size(), kSample, stream_seed(seed, 7));
  std::vector<double> sample = space.backend().pair_cosines(space.device_rows(), space.unit(), pairs);
  return std::make_shared<const RankBins>(
      RankBins::of_sample(sample, space.unit_rows(precision).cosine_type(), kParts));
}

Spearman spearman_binned(Space& a, const RankBins& bins_a, Space& b, const Asked<RankCounts>& ranks_b,
                         Precision precision, const Progress& progress) {
  const UnitRows& rows_a = a.unit_rows(precision);
  const UnitRows& rows_b = b.unit_rows(precision);
  const RankBins& bins_b = *ranks_b.wanted().bins;
  const BinRanks second = rank_bins(ranks_b.found().counts, bins_b.mixed(rows_b.cosine_type()));

  // Ranks as the sweep adds them up: halved until they fit.
  int halvings = 0;
  const int64_t largest = std::max(std::abs(second.doubled.front()), std::abs(second.doubled.back()));
  while ((largest >> halvings) >= std::numeric_limits<int32_t>::max()) ++halvings;
  std::vector<int32_t> values;
  for (const int64_t doubled : second.doubled) values.push_back(static_cast<int32_t>(doubled >> halvings));

  const TileGrid grid = a.backend().grid(rows_a);
  const RankSums sums =
      a.backend().rank_product({rows_a, bins_a}, {rows_b, bins_b}, values, grid, {0, grid.size()}, progress);
  const BinRanks first = rank_bins(sums.counts, bins_a.mixed(rows_a.cosine_type()));

  Spearman result;
  result.bins[0] = bins_a.bins();
  result.bins[1] = bins_b.bins();
  if (!(first.variance > 0.0) || !(second.variance > 0.0) || constant(a) || constant(b)) {
    result.rho = std::numeric_limits<double>::quiet_NaN();
    return result;
  }
  long double product = 0.0L;
  uint64_t total = 0;
  for (size_t bin = 0; bin < sums.counts.size(); ++bin) {
    product += static_cast<long double>(first.doubled[bin]) * static_cast<long double>(sums.sums[bin]);
    total += sums.counts[bin];
  }
  const double unit = std::ldexp(1.0, halvings);
  const double covariance = static_cast<double>(product / static_cast<long double>(total)) * unit;
  const double scale = std::sqrt(first.variance) * std::sqrt(second.variance);
  const double rho = covariance / scale;
  result.rho = std::clamp(rho, -1.0, 1.0);

  // Halving loses one more f, with an sd of at most `unit`.
  const double e = std::sqrt(first.lost / first.variance);
  const double f = (std::sqrt(second.lost) + (halvings > 0 ? unit : 0.0)) / std::sqrt(second.variance);
  result.bound = bound_of(rho, e, f);
  return result;
}

}  // namespace gramian
