#pragma once
// A small matrix of cosines as a picture, ordered by a tree.

#include <span>
#include <string>

#include "engine/analyses/neighborhoods/hierarchy.hpp"
#include "engine/matrix.hpp"

namespace gramian::host {

struct Heatmap {
  const DenseMatrix& cosines;           // n x n
  std::span<const std::string> labels;  // n
  std::span<const Merge> merges;        // of average_linkage
  std::string title;
};

/// Shades run over the cosines off the diagonal: from blue by grey to red, even about 0, where a tenth of the largest
/// or more is negative; else on the plasma map.
struct HeatmapScale {
  double lo = 0.0;
  double hi = 1.0;
  bool diverging = false;
};
HeatmapScale heatmap_scale(const DenseMatrix& cosines);

/// SVG 1.1. Rows and columns in the tree's order of leaves, the tree above them, every one labelled at a size that can
/// be read (the picture grows with n), numbers in the cells up to 16 rows, a colour bar below. The group of cells of
/// one shade is one path. About 10 bytes a cell.
std::string heatmap_svg(const Heatmap& heatmap);

}  // namespace gramian::host
