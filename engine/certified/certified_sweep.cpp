#include "engine/certified/certified_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "engine/certified/degrees.hpp"
#include "engine/certified/nearest.hpp"
#include "engine/certified/sink.hpp"
#include "engine/cosines/canonical_cosine.hpp"
#include "engine/random.hpp"
#include "engine/sweep/sample_pairs.hpp"

namespace gramian {
namespace {

/// Fewer rows are swept in a moment.
constexpr int64_t kWorthIt = 4096;
constexpr int64_t kSample = 2048;
/// Rows serve where their bound is a small part of how far cosines lie apart: else too many pairs are left open. Order
/// statistics leave a share of all pairs open, neighbours and degrees few.
constexpr double kSmallPart = 1.0 / 32.0;
constexpr double kSmallPartOfRanks = 1.0 / 64.0;
/// Bins of a histogram are so much wider than the bound by which its cosines may be counted in the wrong one.
constexpr double kBlurredBins = 4.0;

bool is_listed(const Reduction& wanted) { return std::holds_alternative<Listed>(wanted); }

bool is_decided(const Reduction& wanted) {
  return is_listed(wanted) || std::holds_alternative<Nearest>(wanted) || std::holds_alternative<Degrees>(wanted);
}

/// Rows of this bound will do for it.
bool will_do(const Reduction& wanted, double bound) {
  if (const auto* histogram = std::get_if<Histogram>(&wanted)) {
    return (histogram->hi - histogram->lo) / static_cast<double>(histogram->bins) >= kBlurredBins * bound;
  }
  return is_decided(wanted);
}

/// A reduction as it is swept, to be certified afterwards. Margins beyond what the device adds for its rows.
Reduction widened(const Reduction& wanted, double margin) {
  if (const auto* nearest = std::get_if<Nearest>(&wanted)) return widened_nearest(*nearest);
  if (const auto* degrees = std::get_if<Degrees>(&wanted)) {
    return Degrees{.threshold = degrees->threshold, .of = degrees->of, .margin = margin, .certified = true};
  }
  if (const auto* listed = std::get_if<Listed>(&wanted)) {
    return Listed{.intervals = listed->intervals, .sink = listed->sink, .margin = margin, .certified = true};
  }
  return wanted;
}

CertifiedSink* sink_of(const Reduction& wanted) {
  const auto* listed = std::get_if<Listed>(&wanted);
  return listed == nullptr ? nullptr : dynamic_cast<CertifiedSink*>(listed->sink.get());
}

/// The standard deviation of a sample of cosines.
double sampled_spread(Space& space, uint64_t seed) {
  // Another stream than the accuracy sample's.
  const std::vector<Pair> pairs = sample_pairs(space.size(), kSample, stream_seed(seed, 11));
  if (pairs.empty()) return 0.0;
  const std::vector<double> cosines = space.backend().pair_cosines(space.device_rows(), space.unit(), pairs);
  const auto count = static_cast<double>(cosines.size());
  const double mean = std::reduce(cosines.begin(), cosines.end()) / count;
  double square = 0.0;
  for (const double cosine : cosines) square += (cosine - mean) * (cosine - mean);
  return std::sqrt(square / count);
}

}  // namespace

double certified_bound(const Space& space, const UnitRows& rows) {
  return rows.bound() + canonical_cosine_bound(space.unit().dim(space.dim()));
}

Precision deciding_precision(Space& space, const SweepRequest& request, Precision precision, uint64_t seed) {
  if (precision != Precision::single || !space.backend().certifies()) return precision;
  const auto serves = [&](double bound) {
    return std::ranges::all_of(request, [&](const Reduction& wanted) { return will_do(wanted, bound); });
  };
  if (!serves(0.0) || std::ranges::none_of(request, [](const Reduction& wanted) { return is_decided(wanted); })) {
    return precision;
  }
  const double part = std::ranges::any_of(request, is_listed) ? kSmallPartOfRanks : kSmallPart;
  const double spread = part * sampled_spread(space, seed);
  const double own = canonical_cosine_bound(space.unit().dim(space.dim()));
  if (space.size() >= kWorthIt && space.backend().decides_by_half()) {
    const double bound = space.unit_bound(Precision::half) + own;
    if (bound <= spread && serves(bound)) return Precision::half;
  }
  // A space too narrow for fp32, but not for fp64.
  if (4.0 * own > spread || space.unit_bound(Precision::single) + own <= spread) return precision;
  try {
    space.unit_rows(Precision::double_);
  } catch (const OutOfMemory&) {
    return precision;
  }
  return Precision::double_;
}

SweepState certified_sweep(Space& space, const UnitRows& rows, const SweepRequest& request, const Progress& progress,
                           Certified& certified) {
  const double bound = certified_bound(space, rows);
  if (!space.backend().certifies() ||
      std::ranges::none_of(request, [](const Reduction& wanted) { return is_decided(wanted); })) {
    return space.backend().sweep(rows, request, progress);
  }
  certified.bound = bound;
  SweepRequest swept;
  for (const Reduction& wanted : request) {
    swept.push_back(widened(wanted, bound - rows.bound()));
    if (CertifiedSink* const sink = sink_of(wanted)) sink->begin(rows, bound);
  }
  SweepState state = space.backend().sweep(rows, swept, progress);
  for (size_t place = 0; place < request.size(); ++place) {
    if (const auto* nearest = std::get_if<Nearest>(&request[place])) {
      auto& table = state.of<Nearest>(place);
      table = certified_nearest(space, rows, table, nearest->k, progress, certified);
    } else if (const auto* degrees = std::get_if<Degrees>(&request[place])) {
      certify_degrees(space, rows, degrees->threshold, state.of<Degrees>(place), progress, certified);
    } else if (CertifiedSink* const sink = sink_of(request[place])) {
      certified.recomputed += sink->finish(state.of<Listed>(place).below, progress);
    }
  }
  return state;
}

}  // namespace gramian
