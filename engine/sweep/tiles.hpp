#pragma once
// The tiles that the cosines of a sweep are cut into.

#include <cstdint>

namespace gramian {

/// Rows [row_begin, row_end) x columns [col_begin, col_end); on a tile on the diagonal only j > i counts.
struct Tile {
  int64_t row_begin = 0, row_end = 0;
  int64_t col_begin = 0, col_end = 0;
  bool diagonal = false;
};

/// Square tiles of `edge`, numbered row band by row band: over the upper triangle of an n x n matrix, or over all of a
/// rows x columns one.
class TileGrid {
 public:
  /// Throws InvalidUsage for negative extents and an edge below 1.
  static TileGrid triangle(int64_t n, int64_t edge) { return {n, n, edge, true}; }
  static TileGrid rectangle(int64_t rows, int64_t columns, int64_t edge) { return {rows, columns, edge, false}; }

  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  int64_t edge() const { return edge_; }
  bool is_triangle() const { return triangle_; }
  int64_t row_bands() const { return row_bands_; }
  int64_t column_bands() const { return column_bands_; }
  int64_t size() const { return triangle_ ? row_bands_ * (row_bands_ + 1) / 2 : row_bands_ * column_bands_; }
  Tile at(int64_t index) const;

 private:
  TileGrid(int64_t rows, int64_t columns, int64_t edge, bool triangle);

  int64_t rows_;
  int64_t columns_;
  int64_t edge_;
  bool triangle_;
  int64_t row_bands_;
  int64_t column_bands_;
};

/// Tiles [begin, end) of a grid.
struct TileRange {
  int64_t begin = 0;
  int64_t end = 0;
};

/// The cosines in a tile.
constexpr uint64_t pairs_in(const Tile& tile) {
  const auto rows = static_cast<uint64_t>(tile.row_end - tile.row_begin);
  const auto columns = static_cast<uint64_t>(tile.col_end - tile.col_begin);
  return tile.diagonal ? rows * (rows - 1) / 2 : rows * columns;
}

}  // namespace gramian
