#pragma once
// What charts of several questions have in common.

#include <span>
#include <string>

#include "engine/analyses/distribution/distribution.hpp"
#include "host/report/figures/chart.hpp"

namespace gramian::questions {

/// The density of all cosines, in about a hundred bins over those that there are.
host::Curve cosine_curve(const Distribution& distribution);
/// The density of some numbers in `bins` equal bins over [lo, hi]; NaN counts nowhere.
host::Curve density_of(std::span<const double> values, double lo, double hi, int64_t bins);
/// Numbers over 1, 2, 3, ...; those that are 0 are left out.
host::Curve ranked_curve(std::span<const double> values);

host::Curve named(host::Curve curve, std::string name, host::Color color, host::Look look);
/// The largest y of all.
double highest(std::span<const host::Curve> curves);

}  // namespace gramian::questions
