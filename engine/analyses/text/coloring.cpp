#include "engine/analyses/text/coloring.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gramian {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<int64_t> distinct(std::span<const int64_t> rows) {
  std::vector<int64_t> sorted(rows.begin(), rows.end());
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  if (!sorted.empty() && sorted.front() == kNoRow) sorted.erase(sorted.begin());
  return sorted;
}

/// `values` of the distinct rows, a token.
std::vector<double> along(std::span<const int64_t> rows, const std::vector<int64_t>& of,
                          const std::vector<double>& values) {
  std::vector<double> result(rows.size(), kNone);
  for (size_t t = 0; t < rows.size(); ++t) {
    if (rows[t] == kNoRow) continue;
    result[t] = values[static_cast<size_t>(std::ranges::lower_bound(of, rows[t]) - of.begin())];
  }
  return result;
}

}  // namespace

std::vector<double> norms_along(Space& space, std::span<const int64_t> rows) {
  const std::vector<double> norms = space.backend().norms(space.device_rows(), space.plain());
  std::vector<double> result(rows.size(), kNone);
  for (size_t t = 0; t < rows.size(); ++t) {
    if (rows[t] != kNoRow) result[t] = norms[static_cast<size_t>(rows[t])];
  }
  return result;
}

std::vector<double> cosines_to_previous(Space& space, std::span<const int64_t> rows) {
  const auto pair_at = [&](size_t t) { return Pair{std::min(rows[t - 1], rows[t]), std::max(rows[t - 1], rows[t])}; };
  const auto wanted = [&](size_t t) { return rows[t - 1] != kNoRow && rows[t] != kNoRow && rows[t - 1] != rows[t]; };
  std::vector<Pair> pairs;
  for (size_t t = 1; t < rows.size(); ++t) {
    if (wanted(t)) pairs.push_back(pair_at(t));
  }
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  const std::vector<double> cosines = space.backend().pair_cosines(space.device_rows(), space.unit(), pairs);
  std::vector<double> result(rows.size(), kNone);
  for (size_t t = 1; t < rows.size(); ++t) {
    if (rows[t] != kNoRow && rows[t] == rows[t - 1]) {
      result[t] = 1.0;
    } else if (wanted(t)) {
      const auto place = std::ranges::lower_bound(pairs, pair_at(t)) - pairs.begin();
      result[t] = std::clamp(cosines[static_cast<size_t>(place)], -1.0, 1.0);
    }
  }
  return result;
}

std::vector<double> cosines_to_target(Space& space, std::span<const int64_t> rows, const UnitRowSum& target) {
  const std::vector<int64_t> of = distinct(rows);
  std::vector<double> cosines = cosines_to(space, target, of);
  for (double& cosine : cosines) cosine = std::clamp(cosine, -1.0, 1.0);
  return along(rows, of, cosines);
}

ValueRange range_of(std::span<const double> values) {
  ValueRange range{kNone, kNone};
  for (const double value : values) {
    if (std::isnan(value)) continue;
    if (!(range.lo <= value)) range.lo = value;
    if (!(range.hi >= value)) range.hi = value;
  }
  return range;
}

std::vector<double> scaled_to(std::span<const double> values, const ValueRange& range) {
  std::vector<double> scaled(values.begin(), values.end());
  for (double& value : scaled) {
    if (std::isnan(value)) continue;
    value = range.hi > range.lo ? std::clamp((value - range.lo) / (range.hi - range.lo), 0.0, 1.0) : 0.0;
  }
  return scaled;
}

}  // namespace gramian
