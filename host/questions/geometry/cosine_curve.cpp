#include "host/questions/geometry/cosine_curve.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace gramian::questions {

host::Curve cosine_curve(const Distribution& distribution) {
  constexpr double kBins = 100.0;
  const Histogram& spec = distribution.histogram_spec;
  const double width = (spec.hi - spec.lo) / static_cast<double>(spec.bins);
  const double spread = distribution.extremes.max - distribution.extremes.min;
  const auto together = std::max<int64_t>(1, std::llround(spread / width / kBins));
  const std::vector<uint64_t> counts = host::coarser(distribution.histogram.counts, together);
  // The last bin may be made of fewer than the others: it is as wide as they are all the same.
  const double hi = spec.lo + width * static_cast<double>(together) * static_cast<double>(counts.size());
  const host::Curve whole = host::density_steps(spec.lo, hi, counts);
  host::Curve curve;
  for (size_t k = 0; k < whole.x.size(); ++k) {
    const double margin = width * static_cast<double>(together);
    if (whole.x[k] < distribution.extremes.min - margin || whole.x[k] > distribution.extremes.max + margin) continue;
    curve.x.push_back(whole.x[k]);
    curve.y.push_back(whole.y[k]);
  }
  return curve;
}

host::Curve density_of(std::span<const double> values, double lo, double hi, int64_t bins) {
  std::vector<uint64_t> counts(static_cast<size_t>(bins));
  for (const double value : values) {
    if (std::isnan(value)) continue;
    const double share = hi > lo ? (value - lo) / (hi - lo) : 0.0;
    const double bin = std::clamp(share * static_cast<double>(bins), 0.0, static_cast<double>(bins - 1));
    ++counts[static_cast<size_t>(bin)];
  }
  return host::density_steps(lo, hi, counts);
}

host::Curve ranked_curve(std::span<const double> values) {
  host::Curve curve;
  for (size_t k = 0; k < values.size(); ++k) {
    if (!(values[k] > 0.0)) continue;
    curve.x.push_back(static_cast<double>(k + 1));
    curve.y.push_back(values[k]);
  }
  return curve;
}

host::Curve named(host::Curve curve, std::string name, host::Color color, host::Look look) {
  curve.name = std::move(name);
  curve.color = color;
  curve.look = look;
  return curve;
}

double highest(std::span<const host::Curve> curves) {
  double most = 0.0;
  for (const host::Curve& curve : curves) {
    for (const double y : curve.y) most = std::max(most, y);
  }
  return most;
}

}  // namespace gramian::questions
