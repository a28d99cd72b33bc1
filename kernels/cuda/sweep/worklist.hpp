#pragma once
// The tiles of a sweep as the devices take them: cut smaller where memory is short, in batches.

#include <cstdint>
#include <vector>

#include "engine/cosines/pair.hpp"
#include "engine/sweep/tiles.hpp"

namespace gramian::cuda {

struct WorkTile {
  Tile tile;
  bool completes = false;  // the last piece of a tile of the grid
};

/// Tiles [begin, end) of a list.
struct Batch {
  int64_t begin = 0;
  int64_t end = 0;
};

/// Rows that a device has at hand at a time, of the first and of the second side of the tiles.
struct PanelRows {
  int64_t rows = 1;
  int64_t columns = 1;
};

/// The tiles of `range` in pieces of at most `edge` rows and columns, ordered so that those between the same two panels
/// follow each other, diagonal ones first: they give the neighbours of all their rows and columns a start, so that
/// later tiles have few to note.
std::vector<WorkTile> cut_tiles(const TileGrid& grid, TileRange range, int64_t edge, PanelRows panels);

/// At most `most` tiles each, and none that spans two pairs of panels.
std::vector<Batch> cut_batches(const std::vector<WorkTile>& tiles, int64_t most, PanelRows panels);

/// A probe that lies in a tile.
struct PlacedProbe {
  int64_t index = 0;  // in Probes::pairs
  int row = 0, col = 0;
};

/// For every tile its probes: those of tile t are [offsets[t], offsets[t + 1]).
struct ProbeLists {
  std::vector<int64_t> offsets;
  std::vector<PlacedProbe> probes;
};
/// `tiles` are pieces of at most `edge` of tiles of `grid`. O(probes + tiles).
ProbeLists place_probes(const std::vector<Pair>& probes, const std::vector<WorkTile>& tiles, const TileGrid& grid,
                        int64_t edge);

}  // namespace gramian::cuda
