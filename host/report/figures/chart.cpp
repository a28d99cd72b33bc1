#include "host/report/figures/chart.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "host/report/drawing/svg_text.hpp"

namespace gramian::host {
namespace {

constexpr double kWidth = 480.0;  // of a chart's inner rectangle
constexpr double kHeight = 300.0;
constexpr double kLeft = 84.0;
constexpr double kTop = 112.0;
constexpr double kRight = 28.0;
constexpr double kBottom = 64.0;
constexpr double kLegendLine = 18.0;

void add_curve(SvgPage& page, const PlotArea& area, const Curve& curve) {
  std::string d;
  for (size_t k = 0; k < curve.x.size(); ++k) {
    if (std::isnan(curve.y[k])) continue;
    d.append(d.empty() ? "M" : "L").append(svg_number(area.x(curve.x[k]))).append(" ");
    d += svg_number(area.y(curve.y[k]));
  }
  if (d.empty()) return;
  if (curve.look == Look::filled) {
    const std::string closed = d + "V" + svg_number(area.bottom()) + "H" + svg_number(area.x(curve.x.front())) + "Z";
    page.path(closed, curve.color, 0.0, &curve.color, 0.28);
  }
  if (curve.look == Look::dashed) {
    page.raw("<g stroke-dasharray=\"6 4\">");
    page.path(d, curve.color, 1.6);
    page.raw("</g>\n");
  } else {
    page.path(d, curve.color, 1.8);
  }
}

void add_legend(SvgPage& page, const PlotArea& area, const Chart& chart) {
  double y = area.top() - 8.0 - kLegendLine * static_cast<double>(std::ssize(chart.curves) - 1);
  for (const Curve& curve : chart.curves) {
    page.line(area.left(), y - 4.0, area.left() + 22.0, y - 4.0, curve.color, 3.0,
              curve.look == Look::dashed ? "6 4" : "");
    page.text(area.left() + 30.0, y, 12.0, page.theme().faint_ink, Anchor::start, curve.name);
    y += kLegendLine;
  }
}

}  // namespace

std::string charts_svg(const Caption& caption, std::span<const Chart> charts, const Theme& theme) {
  size_t lines = 1;
  for (const Chart& chart : charts) lines = std::max(lines, chart.curves.size());
  const double top = kTop + kLegendLine * static_cast<double>(lines);
  const double across = kLeft + kWidth + kRight;
  SvgPage page(across * static_cast<double>(charts.size()), top + kHeight + kBottom, caption.title, theme);
  page.caption(caption.title, caption.line);
  for (size_t k = 0; k < charts.size(); ++k) {
    const Chart& chart = charts[k];
    const PlotArea area(kLeft + static_cast<double>(k) * across, top, kWidth, kHeight, chart.x, chart.y);
    page.text(area.left(), 92.0, 14.0, theme.ink, Anchor::start, chart.title);
    area.draw(page, chart.y_numbers);
    for (const Curve& curve : chart.curves) add_curve(page, area, curve);
    add_legend(page, area, chart);
  }
  return std::move(page).finished();
}

Curve density_steps(double lo, double hi, std::span<const uint64_t> counts) {
  Curve curve;
  const double width = (hi - lo) / static_cast<double>(counts.size());
  const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
  for (size_t k = 0; k < counts.size(); ++k) {
    const double density = all > 0.0 ? static_cast<double>(counts[k]) / (all * width) : 0.0;
    for (const size_t edge : {k, k + 1}) {
      curve.x.push_back(lo + width * static_cast<double>(edge));
      curve.y.push_back(density);
    }
  }
  return curve;
}

Curve normal_density(double mean, double sd, double lo, double hi) {
  constexpr int kPoints = 256;
  Curve curve;
  for (int k = 0; k <= kPoints; ++k) {
    const double x = lo + (hi - lo) * k / kPoints;
    const double z = (x - mean) / sd;
    curve.x.push_back(x);
    curve.y.push_back(std::exp(-0.5 * z * z) / (sd * std::sqrt(2.0 * std::numbers::pi)));
  }
  return curve;
}

std::vector<uint64_t> coarser(std::span<const uint64_t> counts, int64_t together) {
  std::vector<uint64_t> sums;
  for (size_t k = 0; k < counts.size(); ++k) {
    if (k % static_cast<size_t>(together) == 0) sums.push_back(0);
    sums.back() += counts[k];
  }
  return sums;
}

}  // namespace gramian::host
