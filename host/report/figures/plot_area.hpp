#pragma once
// Axes: a rectangle of a picture in which numbers have places.

#include <string>
#include <vector>

#include "host/report/drawing/svg_page.hpp"

namespace gramian::host {

struct Axis {
  double lo = 0.0;
  double hi = 1.0;
  bool logarithmic = false;
  std::string name;
};

/// Round numbers inside [lo, hi], about `count` of them: multiples of 1, 2 or 5 times a power of ten; on a logarithmic
/// axis powers of ten, within two decades 1, 2 and 5 of each.
std::vector<double> ticks(const Axis& axis, int count);

class PlotArea {
 public:
  /// (left, top) and size are of the inner rectangle. An axis whose ends are the same is widened.
  PlotArea(double left, double top, double width, double height, Axis x, Axis y);

  double x(double value) const { return left_ + width_ * share(x_, value); }
  double y(double value) const { return top_ + height_ * (1.0 - share(y_, value)); }
  double left() const { return left_; }
  double top() const { return top_; }
  double right() const { return left_ + width_; }
  double bottom() const { return top_ + height_; }

  /// Grid, numbers and names; without numbers on the y axis where they mean nothing to a reader.
  void draw(SvgPage& page, bool y_numbers = true) const;

 private:
  static double share(const Axis& axis, double value);

  double left_, top_, width_, height_;
  Axis x_, y_;
};

}  // namespace gramian::host
