#include "host/report/figures/plot_area.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "host/report/wording.hpp"

namespace gramian::host {
namespace {

Axis widened(Axis axis) {
  if (axis.logarithmic) {
    if (!(axis.lo > 0.0)) axis.lo = 1e-12;
    if (!(axis.hi > axis.lo)) axis.hi = axis.lo * 10.0;
  } else if (!(axis.hi > axis.lo)) {
    axis.lo -= 0.5;
    axis.hi = axis.lo + 1.0;
  }
  return axis;
}

}  // namespace

std::vector<double> ticks(const Axis& axis, int count) {
  std::vector<double> values;
  if (axis.logarithmic) {
    const auto first = static_cast<int>(std::ceil(std::log10(axis.lo) - 1e-9));
    const auto last = static_cast<int>(std::floor(std::log10(axis.hi) + 1e-9));
    const int step = std::max(1, (last - first) / std::max(1, count) + ((last - first) % std::max(1, count) ? 1 : 0));
    for (int power = first; power <= last; power += step) values.push_back(std::pow(10.0, power));
    if (last - first >= 2) return values;
    // Within two decades powers of ten alone say too little.
    values.clear();
    for (int power = first - 1; power <= last; ++power) {
      for (const double part : {1.0, 2.0, 5.0}) {
        const double value = part * std::pow(10.0, power);
        if (value >= axis.lo && value <= axis.hi) values.push_back(value);
      }
    }
    if (values.size() < 2) values = {axis.lo, axis.hi};
    return values;
  }
  const double rough = (axis.hi - axis.lo) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double step = rough / power < 1.5   ? power
                      : rough / power < 3.5 ? 2.0 * power
                      : rough / power < 7.5 ? 5.0 * power
                                            : 10.0 * power;
  const double first = std::ceil(axis.lo / step - 1e-9);
  for (double k = first; k * step <= axis.hi + 1e-9 * step; ++k) values.push_back(k == 0.0 ? 0.0 : k * step);
  return values;
}

PlotArea::PlotArea(double left, double top, double width, double height, Axis x, Axis y)
    : left_(left), top_(top), width_(width), height_(height), x_(widened(std::move(x))), y_(widened(std::move(y))) {}

double PlotArea::share(const Axis& axis, double value) {
  const auto place = [&](double number) { return axis.logarithmic ? std::log(std::max(number, 1e-300)) : number; };
  return std::clamp((place(value) - place(axis.lo)) / (place(axis.hi) - place(axis.lo)), 0.0, 1.0);
}

void PlotArea::draw(SvgPage& page, bool y_numbers) const {
  const Theme& theme = page.theme();
  const auto number = [](double value) { return significant(value, 3); };
  for (const double value : ticks(x_, 6)) {
    page.line(x(value), top_, x(value), bottom(), theme.grid, 0.8);
    page.text(x(value), bottom() + 18.0, 12.0, theme.faint_ink, Anchor::middle, value == 0.0 ? "0" : number(value));
  }
  for (const double value : ticks(y_, 5)) {
    page.line(left_, y(value), right(), y(value), theme.grid, 0.8);
    if (y_numbers) {
      page.text(left_ - 8.0, y(value) + 4.0, 12.0, theme.faint_ink, Anchor::end, value == 0.0 ? "0" : number(value));
    }
  }
  page.line(left_, bottom(), right(), bottom(), theme.ink, 1.2);
  page.text(left_ + 0.5 * width_, bottom() + 40.0, 13.0, theme.ink, Anchor::middle, x_.name);
  page.upright_text(left_ - (y_numbers ? 52.0 : 14.0), top_ + 0.5 * height_, 13.0, theme.ink, y_.name);
}

}  // namespace gramian::host
