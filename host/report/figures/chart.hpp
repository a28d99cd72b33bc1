#pragma once
// Curves over one pair of axes, and several such charts side by side.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/report/drawing/theme.hpp"
#include "host/report/figures/plot_area.hpp"

namespace gramian::host {

enum class Look : uint8_t { line, dashed, filled };

struct Curve {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;  // as many as x
  Color color;
  Look look = Look::line;
};

struct Chart {
  std::string title;
  Axis x;
  Axis y;
  bool y_numbers = true;
  std::vector<Curve> curves;
};

struct Caption {
  std::string title;
  std::string line;  // below it
};

/// SVG 1.1: the caption, then the charts from left to right, each with a legend of its curves.
std::string charts_svg(const Caption& caption, std::span<const Chart> charts, const Theme& theme);

/// A histogram of equal bins over [lo, hi] as steps of a density, whose area is 1: two points a bin.
Curve density_steps(double lo, double hi, std::span<const uint64_t> counts);
/// The density of a normal distribution.
Curve normal_density(double mean, double sd, double lo, double hi);
/// Counts of every `together` neighbouring bins in one; the last may hold fewer.
std::vector<uint64_t> coarser(std::span<const uint64_t> counts, int64_t together);

}  // namespace gramian::host
