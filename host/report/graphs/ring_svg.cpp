#include "host/report/graphs/ring_svg.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "host/formats/files/message.hpp"
#include "host/report/drawing/colors.hpp"
#include "host/report/drawing/svg_text.hpp"
#include "host/report/drawing/xml_text.hpp"
#include "host/report/wording.hpp"
#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

constexpr int64_t kAllLabels = 200;  // nodes up to which every one is labelled
constexpr int64_t kLabelColumns = 22;
constexpr int kShades = 256;  // of edges

class Ring {
 public:
  Ring(const NamedGraph& graph, double threshold, const Theme& theme, RingOrder order)
      : graph_(graph), n_(graph.graph.nodes()), threshold_(threshold), theme_(theme) {
    place(order);
    double sizes = 0.0;
    for (int64_t node = 0; node < n_; ++node) {
      sizes += dot_size(graph_.degree(node));
      largest_dot_ = std::max(largest_dot_, dot_size(graph_.degree(node)));
    }
    // Dots may overlap a little, so that many of them still read as a ring.
    radius_ = std::max(300.0, 0.7 * sizes / std::numbers::pi);
    strongest_ = threshold_;
    for (const float cosine : graph_.graph.cosines) strongest_ = std::max(strongest_, double{cosine});
    choose_labels();
    margin_ = 1.15 * largest_dot_ + 0.04 * radius_;
    for (const auto& [node, text] : labels_) {
      margin_ = std::max(margin_, label_offset() + kColumnWidth * font_ * static_cast<double>(display_width(text)));
    }
    margin_ += 0.05 * radius_;
  }

  std::string text() {
    const double width = 2.0 * (radius_ + margin_);
    const double height = width + 0.36 * radius_;
    const double pixels = 1200.0;
    std::string svg = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
                      svg_number(pixels) + "\" height=\"" + svg_number(pixels * height / width) + "\" viewBox=\"0 0 " +
                      svg_number(width) + " " + svg_number(height) + "\" font-family=\"" + kPictureFont + "\">\n";
    svg += "<title>" + xml_text(graph_.title) + "</title>\n";
    svg += "<defs><linearGradient id=\"plasma\">";
    for (int stop = 0; stop <= 32; ++stop) {
      const double t = stop / 32.0;
      svg += "<stop offset=\"" + shortest(t) + "\" stop-color=\"" + hex(plasma(t)) + "\"/>";
    }
    svg += "</linearGradient></defs>\n<rect width=\"100%\" height=\"100%\" fill=\"" + hex(theme_.ground) + "\"/>\n";
    add_edges(svg);
    add_dots(svg);
    add_labels(svg);
    add_caption(svg, width);
    return svg + "</svg>\n";
  }

 private:
  double x(double angle, double radius) const { return radius_ + margin_ + radius * std::cos(angle); }
  double y(double angle, double radius) const { return radius_ + margin_ - radius * std::sin(angle); }
  double angle_of(int64_t node) const { return ring_angle(place_[static_cast<size_t>(node)], n_); }
  double label_offset() const { return largest_dot_ + 0.025 * radius_; }

  void place(RingOrder order) {
    std::vector<int64_t> nodes(static_cast<size_t>(n_));
    std::iota(nodes.begin(), nodes.end(), 0);
    if (order == RingOrder::community && !graph_.communities.empty()) {
      std::ranges::stable_sort(nodes, [&](int64_t a, int64_t b) {
        const int64_t one = graph_.communities[static_cast<size_t>(a)];
        const int64_t two = graph_.communities[static_cast<size_t>(b)];
        return one != two ? one < two : graph_.degree(a) > graph_.degree(b);
      });
    }
    place_.resize(nodes.size());
    for (size_t k = 0; k < nodes.size(); ++k) place_[static_cast<size_t>(nodes[k])] = static_cast<int64_t>(k);
  }

  std::string fill_of(int64_t node) const {
    if (graph_.communities.empty()) return {};
    return " fill=\"" + hex(community_color(graph_.communities[static_cast<size_t>(node)])) + "\"";
  }

  void choose_labels() {
    const double spacing = 2.0 * std::numbers::pi * radius_ / static_cast<double>(std::min(n_, kAllLabels));
    font_ = std::min(0.85 * spacing, 0.052 * radius_);
    std::vector<int64_t> nodes(static_cast<size_t>(n_));
    std::iota(nodes.begin(), nodes.end(), 0);
    std::ranges::stable_sort(nodes, std::greater<>(), [&](int64_t node) { return graph_.degree(node); });
    // The largest hubs first; whoever would touch a label that is there goes without.
    const double needed = 1.1 * font_ / radius_;
    std::vector<double> taken;
    for (const int64_t node : nodes) {
      const double angle = angle_of(node);
      if (n_ > kAllLabels) {
        const double turn = 2.0 * std::numbers::pi;
        if (graph_.degree(node) == 0 || std::ssize(taken) >= 120) break;
        if (std::ranges::any_of(taken, [&](double other) {
              const double apart = std::abs(angle - other);
              return std::min(apart, turn - apart) < needed;
            })) {
          continue;
        }
        taken.push_back(angle);
      }
      labels_.emplace_back(node, svg_label(graph_.name(node), kLabelColumns));
    }
    std::ranges::sort(labels_);
  }

  double strength(double cosine) const {
    return strongest_ > threshold_ ? (cosine - threshold_) / (strongest_ - threshold_) : 1.0;
  }

  void add_edges(std::string& svg) const {
    std::vector<std::vector<std::pair<int64_t, int64_t>>> shades(kShades);
    for_each_edge(graph_.graph, [&](int64_t i, int64_t j, float cosine) {
      const double t = std::clamp(strength(cosine), 0.0, 1.0);
      shades[static_cast<size_t>(std::lround(t * (kShades - 1)))].emplace_back(i, j);
    });
    const auto edges = static_cast<double>(std::max<int64_t>(1, graph_.graph.edges()));
    const double width = radius_ * std::clamp(0.024 * std::pow(edges, -0.32), 0.0005, 0.006);
    const double opacity = std::clamp(1.5 * std::pow(edges, -0.11), 0.35, 0.95);
    svg += "<g fill=\"none\" stroke-linecap=\"round\" stroke-width=\"" + shortest(std::round(width * 1000.0) / 1000.0) +
           "\">\n";
    for (int shade = 0; shade < kShades; ++shade) {
      const double t = static_cast<double>(shade) / (kShades - 1);
      const std::string look = "<g stroke=\"" + hex(plasma(t)) + "\" stroke-opacity=\"" +
                               fixed(opacity + (0.95 - opacity) * t * t, 2) + "\">";
      add_paths(svg, look, shades[static_cast<size_t>(shade)]);
    }
    svg += "</g>\n";
  }

  /// Edges of one look. Renderers take time that grows with the square of a path's crossings, so paths are short.
  void add_paths(std::string& svg, const std::string& look,
                 const std::vector<std::pair<int64_t, int64_t>>& edges) const {
    constexpr size_t kEdgesPerPath = 16;
    if (edges.empty()) return;
    svg += look;
    for (size_t e = 0; e < edges.size(); ++e) {
      const double a = angle_of(edges[e].first);
      const double b = angle_of(edges[e].second);
      if (e % kEdgesPerPath == 0) svg += e == 0 ? "<path d=\"" : "\"/><path d=\"";
      svg.append("M").append(svg_number(x(a, radius_))).append(" ").append(svg_number(y(a, radius_)));
      svg.append("L").append(svg_number(x(b, radius_))).append(" ").append(svg_number(y(b, radius_)));
    }
    svg += "\"/></g>\n";
  }

  void add_dots(std::string& svg) const {
    svg += "<g fill=\"" + hex(theme_.ink) + "\" stroke=\"" + hex(theme_.ground) + "\" stroke-width=\"" +
           svg_number(std::max(1.0, 0.06 * largest_dot_)) + "\">\n";
    for (int64_t node = 0; node < n_; ++node) {
      const double angle = angle_of(node);
      svg += "<circle id=\"n" + std::to_string(node) + "\" cx=\"" + svg_number(x(angle, radius_)) + "\" cy=\"" +
             svg_number(y(angle, radius_)) + "\" r=\"" + fixed(dot_size(graph_.degree(node)), 3) + "\"" +
             fill_of(node) + "><title>" + xml_text(graph_.name(node)) + ": " + grouped(graph_.degree(node)) +
             "</title></circle>\n";
    }
    svg += "</g>\n";
  }

  void add_labels(std::string& svg) const {
    svg += "<g font-size=\"" + svg_number(font_) + "\" fill=\"" + hex(theme_.ink) + "\">\n";
    for (const auto& [node, text] : labels_) {
      const double angle = angle_of(node);
      const double degrees = angle * 180.0 / std::numbers::pi;
      const bool left = degrees > 90.0 && degrees < 270.0;
      const double out = radius_ + label_offset();
      // Turned outward, and on the left by another half turn: nothing stands on its head.
      svg += "<text transform=\"translate(" + svg_number(x(angle, out)) + " " + svg_number(y(angle, out)) +
             ") rotate(" + fixed(left ? 180.0 - degrees : -degrees, 2) + ")\" dy=\".35em\"" +
             (left ? " text-anchor=\"end\"" : "") +
             (graph_.degree(node) == 0 ? std::string(" fill=\"") + hex(theme_.faint_ink) + "\"" : "") + ">" +
             xml_text(text) + "</text>\n";
    }
    svg += "</g>\n";
  }

  void add_caption(std::string& svg, double width) const {
    const double size = 0.052 * radius_;
    const double left = 0.14 * radius_;
    const double top = width + 0.06 * radius_;
    const auto line = [&](double at_x, double at_y, double font, Color fill, const char* anchor,
                          const std::string& content) {
      svg += "<text x=\"" + svg_number(at_x) + "\" y=\"" + svg_number(at_y) + "\" font-size=\"" + svg_number(font) +
             "\" fill=\"" + hex(fill) + "\" text-anchor=\"" + anchor + "\">" + content + "</text>\n";
    };
    const Heading title = heading(graph_.title, size, width - 2.0 * left);
    line(left, top, title.size, theme_.ink, "start", xml_text(title.text));
    line(left, top + 1.5 * size, 0.75 * size, theme_.faint_ink, "start",
         grouped(n_) + (n_ == 1 ? " token, " : " tokens, ") + grouped(graph_.graph.edges()) +
             (graph_.graph.edges() == 1 ? " edge" : " edges"));
    line(left, top + 2.75 * size, 0.75 * size, theme_.faint_ink, "start", xml_text("An edge: " + graph_.threshold));
    const double bar = 0.8 * radius_;
    const double right = width - left;
    svg += "<rect x=\"" + svg_number(right - bar) + "\" y=\"" + svg_number(top + 0.9 * size) + "\" width=\"" +
           svg_number(bar) + "\" height=\"" + svg_number(0.45 * size) + "\" rx=\"" + svg_number(0.1 * size) +
           "\" fill=\"url(#plasma)\"/>\n";
    const double under = top + 2.25 * size;
    line(right - bar, under, 0.62 * size, theme_.faint_ink, "start", fixed(threshold_, 3));
    line(right - 0.5 * bar, under, 0.62 * size, theme_.faint_ink, "middle", "cosine");
    line(right, under, 0.62 * size, theme_.faint_ink, "end", fixed(strongest_, 3));
  }

  const NamedGraph& graph_;
  int64_t n_;
  double threshold_;
  Theme theme_;
  std::vector<int64_t> place_;  // of every node on the ring
  double radius_ = 0.0;
  double largest_dot_ = 0.0;
  double strongest_ = 0.0;
  double margin_ = 0.0;
  double font_ = 0.0;
  std::vector<std::pair<int64_t, std::string>> labels_;
};

}  // namespace

std::string ring_svg(const NamedGraph& graph, double threshold, const Theme& theme, RingOrder order) {
  return Ring(graph, threshold, theme, order).text();
}

}  // namespace gramian::host
