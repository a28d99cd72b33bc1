#pragma once
// A small matrix, or two side by side, as a picture, ordered by a tree.

#include <optional>
#include <span>
#include <string>

#include "engine/analyses/neighborhoods/hierarchy.hpp"
#include "engine/matrix.hpp"
#include "host/report/drawing/theme.hpp"

namespace gramian::host {

/// Shades run over the cosines off the diagonal: from blue by grey to red, even about 0, where a tenth of the largest
/// or more is negative; else on the plasma map.
struct HeatmapScale {
  double lo = 0.0;
  double hi = 1.0;
  bool diverging = false;
};
HeatmapScale heatmap_scale(const DenseMatrix& cosines);

struct Heatmap {
  const DenseMatrix& cosines;           // n x n
  std::span<const std::string> labels;  // n
  std::span<const Merge> merges;        // of average_linkage; without them rows stay in their order
  std::string title;
  const Theme& theme = kLight;
  std::optional<HeatmapScale> scale = {};  // else that of `cosines`, or of both
  const DenseMatrix* second = nullptr;     // n x n, drawn on the right in the same order and colours
  std::string first_name = {};             // above the matrices, where there are two
  std::string second_name = {};
  std::string value_name = "cosine";
  std::string size_in_words = {};  // "5 matrices"; else so many tokens
};

/// The scale over which two matrices can be compared.
HeatmapScale common_scale(const DenseMatrix& a, const DenseMatrix& b);
/// Diverging where lo < 0 < hi lie evenly about 0.
HeatmapScale scale_of_range(double lo, double hi);

/// SVG 1.1. Rows and columns in the tree's order of leaves, the tree above them, or as they stand; every one labelled
/// at a size that can be read (the picture grows with n), numbers in the cells up to 16 rows, a colour bar below. The
/// group of cells of one shade is one path. About 10 bytes a cell.
std::string heatmap_svg(const Heatmap& heatmap);

}  // namespace gramian::host
