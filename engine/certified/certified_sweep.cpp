#include "engine/certified/certified_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "engine/certified/degrees.hpp"
#include "engine/certified/nearest.hpp"
#include "engine/cosines/canonical_cosine.hpp"
#include "engine/random.hpp"
#include "engine/sweep/sample_pairs.hpp"

namespace gramian {
namespace {

bool decided(const Reduction& wanted) {
  return std::holds_alternative<Nearest>(wanted) || std::holds_alternative<Degrees>(wanted);
}

/// Fewer rows are swept in a moment.
constexpr int64_t kWorthIt = 4096;
constexpr int64_t kSample = 2048;
/// 16 bits serve where their bound is a small part of how far cosines lie apart.
constexpr double kSmallPart = 1.0 / 32.0;

/// A reduction as it is swept, to be certified afterwards.
Reduction widened(const Reduction& wanted, double bound) {
  if (const auto* nearest = std::get_if<Nearest>(&wanted)) return widened_nearest(*nearest);
  if (const auto* degrees = std::get_if<Degrees>(&wanted)) {
    return Degrees{.threshold = degrees->threshold, .of = degrees->of, .margin = bound};
  }
  return wanted;
}

}  // namespace

double certified_bound(const Space& space, const UnitRows& rows) {
  return rows.bound() + canonical_cosine_bound(space.unit().dim(space.dim()));
}

bool is_decided(const SweepRequest& request) { return !request.empty() && std::ranges::all_of(request, decided); }

Precision deciding_precision(Space& space, Precision precision, uint64_t seed) {
  if (precision != Precision::single || space.size() < kWorthIt) return precision;
  // Another stream than the accuracy sample's.
  const std::vector<Pair> pairs = sample_pairs(space.size(), kSample, stream_seed(seed, 11));
  const std::vector<double> cosines = space.backend().pair_cosines(space.device_rows(), space.unit(), pairs);
  const auto count = static_cast<double>(cosines.size());
  const double mean = std::reduce(cosines.begin(), cosines.end()) / count;
  double square = 0.0;
  for (const double cosine : cosines) square += (cosine - mean) * (cosine - mean);
  const double bound = certified_bound(space, space.unit_rows(Precision::half));
  return bound <= kSmallPart * std::sqrt(square / count) ? Precision::half : precision;
}

SweepState certified_sweep(Space& space, const UnitRows& rows, const SweepRequest& request, const Progress& progress,
                           Certified& certified) {
  const double bound = certified_bound(space, rows);
  if (!std::isfinite(bound) || std::ranges::none_of(request, decided)) {
    return space.backend().sweep(rows, request, progress);
  }
  certified.bound = bound;
  SweepRequest swept;
  for (const Reduction& wanted : request) swept.push_back(widened(wanted, bound));
  SweepState state = space.backend().sweep(rows, swept, progress);
  for (size_t place = 0; place < request.size(); ++place) {
    if (const auto* nearest = std::get_if<Nearest>(&request[place])) {
      auto& table = state.of<Nearest>(place);
      table = certified_nearest(space, rows, table, nearest->k, progress, certified);
    } else if (const auto* degrees = std::get_if<Degrees>(&request[place])) {
      certify_degrees(space, rows, degrees->threshold, state.of<Degrees>(place), progress, certified);
    }
  }
  return state;
}

}  // namespace gramian
