#include "engine/sweep/tiles.hpp"

#include <algorithm>
#include <cmath>

#include "engine/error.hpp"

namespace gramian {

TileGrid::TileGrid(int64_t rows, int64_t columns, int64_t edge, bool triangle)
    : rows_(rows), columns_(columns), edge_(edge), triangle_(triangle), row_bands_(0), column_bands_(0) {
  if (rows < 0 || columns < 0 || edge < 1) {
    throw InvalidUsage("a tile grid needs extents of at least 0 and an edge of at least 1");
  }
  row_bands_ = (rows + edge - 1) / edge;
  column_bands_ = (columns + edge - 1) / edge;
}

Tile TileGrid::at(int64_t index) const {
  int64_t band = 0;
  int64_t column = 0;
  if (triangle_) {
    // Band I starts at I bands - I(I-1)/2; invert in fp64, then correct the rounding.
    const double b = static_cast<double>(row_bands_) + 0.5;
    band = static_cast<int64_t>(b - std::sqrt(std::max(0.0, b * b - 2.0 * static_cast<double>(index))));
    const auto start = [this](int64_t i) { return i * row_bands_ - i * (i - 1) / 2; };
    while (band > 0 && start(band) > index) --band;
    while (start(band + 1) <= index) ++band;
    column = band + (index - start(band));
  } else {
    band = index / column_bands_;
    column = index % column_bands_;
  }
  return {band * edge_, std::min(rows_, (band + 1) * edge_), column * edge_, std::min(columns_, (column + 1) * edge_),
          triangle_ && band == column};
}

}  // namespace gramian
