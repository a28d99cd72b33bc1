#include "engine/analyses/distribution/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace gramian {
namespace {

/// 0-based, between which quantile `q` of `pairs` cosines lies.
std::pair<int64_t, int64_t> ranks_of(double q, int64_t pairs) {
  const auto low = static_cast<int64_t>(std::floor(q * static_cast<double>(pairs - 1)));
  return {low, std::min(low + 1, pairs - 1)};
}

}  // namespace

DistributionAnalysis::DistributionAnalysis(Space& space, Precision precision, DistributionSettings settings)
    : space_(space),
      settings_(std::move(settings)),
      pairs_(space.size() < 2 ? 0 : space.size() * (space.size() - 1) / 2) {
  for (const double q : settings_.quantiles) {
    if (!(q >= 0.0 && q <= 1.0)) throw InvalidUsage("quantile " + std::to_string(q) + " is not between 0 and 1");
  }
  settings_.histogram.check({});
  for (const int64_t rank : settings_.order_statistics) {
    if (rank < 0 || rank >= pairs_) throw InvalidUsage("there is no pair of rank " + std::to_string(rank));
  }
  OrderSettings order{.ranks = settings_.order_statistics,
                      .seed = settings_.seed,
                      .bracket_errors = settings_.bracket_errors,
                      .keep_bytes = settings_.keep_bytes};
  std::vector<double> quantiles = settings_.quantiles;
  quantiles.push_back(0.5);
  for (const double q : quantiles) {
    if (pairs_ == 0) break;
    const auto [low, high] = ranks_of(q, pairs_);
    order.ranks.push_back(low);
    order.ranks.push_back(high);
  }
  if (is_certified(precision) && space.backend().certifies()) {
    certified_.emplace(space, order);
  } else {
    swept_.emplace(space, precision, order);
  }
}

SweepRequest DistributionAnalysis::needs() {
  SweepRequest request = certified_ ? certified_->needs() : swept_->needs();
  if (pairs_ == 0 || !first_) return request;
  SweepRequest once;
  if (settings_.counted) once.emplace_back(settings_.histogram);
  if (!certified_) once.emplace_back(Extremes{});
  request.insert(request.begin(), once.begin(), once.end());
  return request;
}

void DistributionAnalysis::take(SweepState state) {
  size_t place = 0;
  if (first_) {
    if (settings_.counted) histogram_ = std::move(state.of<Histogram>(place++));
    if (!certified_) extremes_ = state.of<Extremes>(place++);
    first_ = false;
  }
  if (certified_) {
    certified_->take();
  } else {
    swept_->take(state, place);
  }
}

Distribution DistributionAnalysis::result() {
  Distribution result;
  result.moments = pair_moments(space_);
  result.extremes = certified_ ? certified_->extremes() : extremes_;
  result.histogram_spec = settings_.histogram;
  result.histogram = histogram_;
  if (certified_) result.histogram_bound = certified_->first_bound();
  const auto find = [&](int64_t rank) { return certified_ ? certified_->value(rank) : swept_->value(rank); };
  const auto at = [&](double q) {
    if (pairs_ == 0) return std::numeric_limits<double>::quiet_NaN();
    const double position = q * static_cast<double>(pairs_ - 1);
    const double low = std::floor(position);
    const double a = find(static_cast<int64_t>(low));
    const double b = find(std::min(static_cast<int64_t>(low) + 1, pairs_ - 1));
    // As numpy rounds it: from the nearer end.
    const double t = position - low;
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1.0 - t);
  };
  result.median = at(0.5);
  for (const double q : settings_.quantiles) result.quantiles.push_back({q, at(q)});
  for (const int64_t rank : settings_.order_statistics) result.order_statistics.push_back(find(rank));
  if (pairs_ == 0) {
    result.extremes.min = result.extremes.max = std::numeric_limits<double>::quiet_NaN();
    if (settings_.counted) result.histogram.counts.assign(static_cast<size_t>(settings_.histogram.bins), 0);
  }
  return result;
}

}  // namespace gramian
