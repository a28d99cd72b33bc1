#include "host/report/drawing/heatmap_svg.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "host/formats/files/message.hpp"
#include "host/report/drawing/colors.hpp"
#include "host/report/drawing/svg_text.hpp"
#include "host/report/drawing/xml_text.hpp"
#include "host/report/wording.hpp"
#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

constexpr Color kDarkInk = {0x15, 0x12, 0x1f};  // of numbers in cells
constexpr Color kBrightInk = {0xef, 0xe9, 0xdd};
constexpr int64_t kLabelColumns = 24;
constexpr int64_t kNumbered = 16;  // rows up to which cells hold their numbers
constexpr int kShades = 128;

class Picture {
 public:
  explicit Picture(const Heatmap& map)
      : map_(map),
        theme_(map.theme),
        n_(map.cosines.rows),
        scale_(map.scale               ? *map.scale
               : map.second != nullptr ? common_scale(map.cosines, *map.second)
                                       : heatmap_scale(map.cosines)) {
    ordered_ = std::ssize(map.merges) + 1 == n_ && n_ > 1;
    if (ordered_) {
      order_ = leaf_order(map.merges);
    } else {
      order_.resize(static_cast<size_t>(n_));
      std::iota(order_.begin(), order_.end(), int64_t{0});
    }
    cell_ = std::clamp(760.0 / static_cast<double>(n_), 12.0, 76.0);
    font_ = std::clamp(0.62 * cell_, 9.0, 17.0);
    for (const int64_t row : order_) {
      labels_.push_back(svg_label(map_.labels[static_cast<size_t>(row)], kLabelColumns));
      label_width_ = std::max(label_width_, kColumnWidth * font_ * static_cast<double>(display_width(labels_.back())));
    }
    side_ = cell_ * static_cast<double>(n_);
    // Short words stand level over narrow columns only where they fit.
    level_ = label_width_ < 0.95 * cell_;
    tree_ = ordered_ ? std::max(60.0, 0.13 * side_) : 0.0;
    left_ = kMargin + label_width_ + 10.0;
    apart_ = side_ + 36.0;
    const bool pair = map.second != nullptr;
    width_ = std::max(left_ + side_ + (pair ? apart_ : 0.0) + kMargin, pair ? 680.0 : 560.0);
    unit_ = std::max(1.0, width_ / kPlainWidth);
    top_ = kMargin + tree_ + 8.0 + (pair ? 26.0 * unit_ : 0.0);
    bottom_ = top_ + side_ + 10.0 + (level_ ? 1.4 * font_ : label_width_);
    height_ = bottom_ + 130.0 * unit_ + kMargin;
  }

  std::string text() {
    std::string svg = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
                      svg_number(width_) + "\" height=\"" + svg_number(height_) + "\" viewBox=\"0 0 " +
                      svg_number(width_) + " " + svg_number(height_) + "\" font-family=\"" + kPictureFont + "\">\n";
    svg += "<title>" + xml_text(map_.title) + "</title>\n<defs><linearGradient id=\"scale\">";
    for (int stop = 0; stop <= 32; ++stop) {
      svg += "<stop offset=\"" + shortest(stop / 32.0) + "\" stop-color=\"" + hex(shade(stop / 32.0)) + "\"/>";
    }
    svg += "</linearGradient></defs>\n<rect width=\"100%\" height=\"100%\" fill=\"" + hex(theme_.ground) + "\"/>\n";
    add_matrix(svg, map_.cosines, 0.0, map_.first_name);
    if (map_.second != nullptr) add_matrix(svg, *map_.second, apart_, map_.second_name);
    add_row_labels(svg);
    add_legend(svg);
    return svg + "</svg>\n";
  }

 private:
  static constexpr double kMargin = 28.0;
  /// Wider pictures are printed smaller, so what names them grows with them.
  static constexpr double kPlainWidth = 1200.0;

  Color shade(double t) const { return scale_.diverging ? cool_warm(t) : plasma(t); }
  double place_of(double cosine) const {
    if (std::isnan(cosine)) return 0.0;
    return scale_.hi > scale_.lo ? std::clamp((cosine - scale_.lo) / (scale_.hi - scale_.lo), 0.0, 1.0) : 1.0;
  }
  double value(const DenseMatrix& matrix, int64_t i, int64_t j) const {
    return matrix(order_[static_cast<size_t>(i)], order_[static_cast<size_t>(j)]);
  }

  /// With everything that stands above and below its columns, `shift` to the right.
  void add_matrix(std::string& svg, const DenseMatrix& matrix, double shift, const std::string& name) const {
    svg += "<g transform=\"translate(" + svg_number(shift) + " 0)\">\n";
    if (map_.second != nullptr) {
      const Heading over = heading(name, 14.0 * unit_, side_);
      svg += "<text x=\"" + svg_number(left_) + "\" y=\"" + svg_number(kMargin - 8.0 + 14.0 * unit_) +
             "\" font-size=\"" + svg_number(over.size) + "\" fill=\"" + hex(theme_.ink) + "\">" + xml_text(over.text) +
             "</text>\n";
    }
    add_tree(svg);
    add_cells(svg, matrix);
    if (n_ <= kNumbered) add_numbers(svg, matrix);
    add_column_labels(svg);
    svg += "</g>\n";
  }
  double middle(int64_t i) const { return cell_ * (static_cast<double>(i) + 0.5); }

  /// Runs of one shade are one rectangle, and all of a shade one path, in units of cells.
  void add_cells(std::string& svg, const DenseMatrix& matrix) const {
    std::vector<std::string> paths(kShades);
    const auto shade_at = [&](int64_t i, int64_t j) {
      return static_cast<size_t>(std::lround(place_of(value(matrix, i, j)) * (kShades - 1)));
    };
    for (int64_t i = 0; i < n_; ++i) {
      for (int64_t j = 0; j < n_;) {
        const size_t own = shade_at(i, j);
        int64_t end = j + 1;
        while (end < n_ && shade_at(i, end) == own) ++end;
        std::string run = "M";
        run.append(std::to_string(j)).append(" ").append(std::to_string(i)).append("h");
        run.append(std::to_string(end - j)).append("v1h-").append(std::to_string(end - j)).append("z");
        paths[own] += run;
        j = end;
      }
    }
    svg += "<g id=\"cells\" shape-rendering=\"crispEdges\" transform=\"translate(" + svg_number(left_) + " " +
           svg_number(top_) + ") scale(" + shortest(cell_) + ")\">\n";
    for (int k = 0; k < kShades; ++k) {
      const std::string& path = paths[static_cast<size_t>(k)];
      if (path.empty()) continue;
      svg += "<path fill=\"" + hex(shade(static_cast<double>(k) / (kShades - 1))) + "\" d=\"" + path + "\"/>\n";
    }
    svg += "</g>\n";
  }

  void add_numbers(std::string& svg, const DenseMatrix& matrix) const {
    const double size = std::min(0.26 * cell_, 17.0);
    svg += "<g font-size=\"" + svg_number(size) + "\" text-anchor=\"middle\">\n";
    for (int64_t i = 0; i < n_; ++i) {
      for (int64_t j = 0; j < n_; ++j) {
        const Color ground = shade(std::round(place_of(value(matrix, i, j)) * (kShades - 1)) / (kShades - 1));
        const Color ink = contrast(ground, kDarkInk) > contrast(ground, kBrightInk) ? kDarkInk : kBrightInk;
        svg += "<text x=\"" + svg_number(left_ + middle(j)) + "\" y=\"" + svg_number(top_ + middle(i) + 0.35 * size) +
               "\" fill=\"" + hex(ink) + "\">" + fixed(value(matrix, i, j), 2) + "</text>\n";
      }
    }
    svg += "</g>\n";
  }

  void add_row_labels(std::string& svg) const {
    svg += "<g font-size=\"" + svg_number(font_) + "\" fill=\"" + hex(theme_.ink) + "\" text-anchor=\"end\">\n";
    for (int64_t i = 0; i < n_; ++i) {
      svg += "<text x=\"" + svg_number(left_ - 8.0) + "\" y=\"" + svg_number(top_ + middle(i) + 0.35 * font_) + "\">" +
             xml_text(labels_[static_cast<size_t>(i)]) + "</text>\n";
    }
    svg += "</g>\n";
  }

  void add_column_labels(std::string& svg) const {
    svg += "<g font-size=\"" + svg_number(font_) + "\" fill=\"" + hex(theme_.ink) + "\" text-anchor=\"" +
           (level_ ? "middle" : "end") + "\">\n";
    for (int64_t j = 0; j < n_; ++j) {
      const std::string& label = labels_[static_cast<size_t>(j)];
      const std::string at_x = svg_number(left_ + middle(j) + (level_ ? 0.0 : 0.35 * font_));
      const std::string at_y = svg_number(top_ + side_ + (level_ ? 1.3 * font_ : 8.0));
      svg += (level_ ? "<text x=\"" + at_x + "\" y=\"" + at_y + "\">"
                     : "<text transform=\"translate(" + at_x + " " + at_y + ") rotate(-90)\">") +
             xml_text(label) + "</text>\n";
    }
    svg += "</g>\n";
  }

  void add_tree(std::string& svg) const {
    if (!ordered_) return;
    double highest = 0.0;
    for (const Merge& merge : map_.merges) highest = std::max(highest, merge.height);
    // Where a cluster's stem stands: over its rows' middle, at its height.
    struct Stem {
      double x = 0.0;
      double height = 0.0;
    };
    std::vector<Stem> stems(static_cast<size_t>(2 * n_ - 1));
    for (int64_t i = 0; i < n_; ++i) stems[static_cast<size_t>(order_[static_cast<size_t>(i)])].x = left_ + middle(i);
    const auto y = [&](double height) { return top_ - 6.0 - (highest > 0.0 ? height / highest : 0.0) * tree_; };
    std::string path;
    for (size_t k = 0; k < map_.merges.size(); ++k) {
      const Merge& merge = map_.merges[k];
      const Stem& a = stems[static_cast<size_t>(merge.a)];
      const Stem& b = stems[static_cast<size_t>(merge.b)];
      const std::string level = svg_number(y(merge.height));
      path.append("M").append(svg_number(a.x)).append(" ").append(svg_number(y(a.height))).append("V").append(level);
      path.append("H").append(svg_number(b.x)).append("V").append(svg_number(y(b.height)));
      stems[static_cast<size_t>(n_) + k] = {(a.x + b.x) / 2.0, merge.height};
    }
    svg += "<path id=\"tree\" fill=\"none\" stroke=\"" + hex(theme_.faint_ink) +
           "\" stroke-width=\"1.3\" stroke-linejoin=\"round\" d=\"" + path + "\"/>\n";
  }

  void add_legend(std::string& svg) const {
    const auto line = [&](double x, double y, double size, Color fill, const char* anchor, const std::string& content) {
      svg += "<text x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\" font-size=\"" + svg_number(size) +
             "\" fill=\"" + hex(fill) + "\" text-anchor=\"" + anchor + "\">" + content + "</text>\n";
    };
    // The title has a line of its own; below it stand words to the left and the scale to the right.
    const double top = bottom_ + 34.0 * unit_;
    const Heading title = heading(map_.title, 17.0 * unit_, width_ - 2.0 * kMargin);
    line(kMargin, top + 8.0 * unit_, title.size, theme_.ink, "start", xml_text(title.text));
    const double small = 12.0 * unit_;
    line(kMargin, top + 36.0 * unit_, small, theme_.faint_ink, "start",
         map_.size_in_words.empty() ? grouped(n_) + (n_ == 1 ? " token" : " tokens") : xml_text(map_.size_in_words));
    line(kMargin, top + 54.0 * unit_, small, theme_.faint_ink, "start",
         ordered_
             ? std::string("ordered by average linkage on 1 − cosine") + (map_.second != nullptr ? " of the first" : "")
             : "in the order given");
    const double bar = std::min(260.0 * unit_, 0.33 * width_);
    const double right = width_ - kMargin;
    svg += "<rect x=\"" + svg_number(right - bar) + "\" y=\"" + svg_number(top + 24.0 * unit_) + "\" width=\"" +
           svg_number(bar) + "\" height=\"" + svg_number(14.0 * unit_) + "\" rx=\"" + svg_number(3.0 * unit_) +
           "\" fill=\"url(#scale)\"/>\n";
    line(right - bar, top + 58.0 * unit_, small, theme_.faint_ink, "start", fixed(scale_.lo, 3));
    line(right - 0.5 * bar, top + 58.0 * unit_, small, theme_.faint_ink, "middle", map_.value_name);
    line(right, top + 58.0 * unit_, small, theme_.faint_ink, "end", fixed(scale_.hi, 3));
    line(right, top + 76.0 * unit_, small, theme_.faint_ink, "end",
         map_.second != nullptr ? "one scale for both" : "the diagonal is 1");
  }

  const Heatmap& map_;
  const Theme& theme_;
  int64_t n_;
  HeatmapScale scale_;
  std::vector<int64_t> order_;
  std::vector<std::string> labels_;
  double cell_ = 0.0;
  double font_ = 0.0;
  double label_width_ = 0.0;
  bool level_ = false;
  double tree_ = 0.0;
  double side_ = 0.0;
  double apart_ = 0.0;  // from one matrix to the next
  bool ordered_ = false;
  double left_ = 0.0;
  double top_ = 0.0;
  double bottom_ = 0.0;
  double width_ = 0.0;
  double unit_ = 1.0;  // of what names the picture
  double height_ = 0.0;
};

}  // namespace

namespace {

void widen(const DenseMatrix& matrix, double& lo, double& hi) {
  for (int64_t i = 0; i < matrix.rows; ++i) {
    for (int64_t j = i + 1; j < matrix.cols; ++j) {
      lo = std::min(lo, matrix(i, j));
      hi = std::max(hi, matrix(i, j));
    }
  }
}

HeatmapScale scale_over(double lo, double hi) {
  const double largest = std::max(std::abs(lo), std::abs(hi));
  if (lo <= -0.1 * largest && lo < 0.0) return {-largest, largest, true};
  return {lo, hi, false};
}

}  // namespace

HeatmapScale heatmap_scale(const DenseMatrix& cosines) {
  if (cosines.rows < 2) return {};
  double lo = 1.0;
  double hi = -1.0;
  widen(cosines, lo, hi);
  return scale_over(lo, hi);
}

HeatmapScale common_scale(const DenseMatrix& a, const DenseMatrix& b) {
  if (a.rows < 2) return {};
  double lo = 1.0;
  double hi = -1.0;
  widen(a, lo, hi);
  widen(b, lo, hi);
  return scale_over(lo, hi);
}

HeatmapScale scale_of_range(double lo, double hi) { return {lo, hi, lo == -hi}; }

std::string heatmap_svg(const Heatmap& heatmap) { return Picture(heatmap).text(); }

}  // namespace gramian::host
