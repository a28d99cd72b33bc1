#include "host/report/figures/scatter.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "host/report/drawing/svg_text.hpp"
#include "host/report/wording.hpp"

namespace gramian::host {
namespace {

constexpr int64_t kBins = 110;
constexpr int kShades = 64;
constexpr double kSide = 440.0;
constexpr double kLeft = 92.0;
constexpr double kTop = 84.0;

int64_t bin_of(const Axis& axis, double value) {
  const double share = (value - axis.lo) / (axis.hi - axis.lo);
  return static_cast<int64_t>(std::clamp(std::floor(share * kBins), 0.0, kBins - 1.0));
}

}  // namespace

std::string scatter_svg(const Scatter& scatter, std::span<const double> x, std::span<const double> y,
                        const Theme& theme) {
  std::vector<uint64_t> counts(static_cast<size_t>(kBins * kBins));
  for (size_t k = 0; k < x.size(); ++k) {
    if (std::isnan(x[k]) || std::isnan(y[k])) continue;
    ++counts[static_cast<size_t>(bin_of(scatter.y, y[k]) * kBins + bin_of(scatter.x, x[k]))];
  }
  const auto most = static_cast<double>(*std::ranges::max_element(counts));
  SvgPage page(kLeft + kSide + 40.0, kTop + kSide + 128.0, scatter.caption.title, theme);
  page.caption(scatter.caption.title, scatter.caption.line);
  const PlotArea area(kLeft, kTop, kSide, kSide, scatter.x, scatter.y);
  area.draw(page);
  std::vector<std::string> paths(kShades);
  for (int64_t row = 0; row < kBins; ++row) {
    for (int64_t column = 0; column < kBins; ++column) {
      const uint64_t count = counts[static_cast<size_t>(row * kBins + column)];
      if (count == 0) continue;
      const double share = most > 1.0 ? std::log(static_cast<double>(count)) / std::log(most) : 1.0;
      std::string& path = paths[static_cast<size_t>(std::lround(share * (kShades - 1)))];
      path.append("M").append(std::to_string(column)).append(" ").append(std::to_string(kBins - 1 - row));
      path += "h1v1h-1z";
    }
  }
  page.raw("<g shape-rendering=\"crispEdges\" transform=\"translate(" + svg_number(kLeft) + " " + svg_number(kTop) +
           ") scale(" + shortest(kSide / static_cast<double>(kBins)) + ")\">\n");
  for (int shade = 0; shade < kShades; ++shade) {
    const std::string& path = paths[static_cast<size_t>(shade)];
    const Color fill = plasma(static_cast<double>(shade) / (kShades - 1));
    if (!path.empty()) page.path(path, fill, 0.0, &fill);
  }
  page.raw("</g>\n");
  page.color_bar(kLeft + kSide - 220.0, kTop + kSide + 70.0, 220.0, plasma, "1", "pairs, logarithmic",
                 grouped(static_cast<int64_t>(most)));
  return std::move(page).finished();
}

}  // namespace gramian::host
