#pragma once
// Very many points as the density of them.

#include <cstdint>
#include <span>
#include <string>

#include "host/report/drawing/theme.hpp"
#include "host/report/figures/chart.hpp"

namespace gramian::host {

struct Scatter {
  Caption caption;
  Axis x;
  Axis y;
};

/// SVG 1.1: counts of the points (x[k], y[k]) in 110 x 110 equal bins over both axes, on the plasma map by their
/// logarithm; bins without a point stay empty. Points outside the axes lie in the bins at their ends.
std::string scatter_svg(const Scatter& scatter, std::span<const double> x, std::span<const double> y,
                        const Theme& theme);

}  // namespace gramian::host
