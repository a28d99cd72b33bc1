#include "kernels/cuda/worklist.hpp"

#include <algorithm>
#include <tuple>

namespace gramian::cuda {
namespace {

std::pair<int64_t, int64_t> panels_of(const WorkTile& work, int64_t panel_rows) {
  return {work.tile.row_begin / panel_rows, work.tile.col_begin / panel_rows};
}

}  // namespace

std::vector<WorkTile> cut_tiles(const TileGrid& grid, TileRange range, int64_t edge, int64_t panel_rows) {
  std::vector<WorkTile> tiles;
  for (int64_t index = range.begin; index < range.end; ++index) {
    const Tile whole = grid.at(index);
    for (int64_t row = whole.row_begin; row < whole.row_end; row += edge) {
      for (int64_t col = whole.diagonal ? row : whole.col_begin; col < whole.col_end; col += edge) {
        tiles.push_back({{row, std::min(whole.row_end, row + edge), col, std::min(whole.col_end, col + edge),
                          whole.diagonal && row == col},
                         false});
      }
    }
    tiles.back().completes = true;
  }
  std::ranges::stable_sort(tiles, {}, [panel_rows](const WorkTile& work) {
    return std::pair(panels_of(work, panel_rows), !work.tile.diagonal);
  });
  return tiles;
}

std::vector<Batch> cut_batches(const std::vector<WorkTile>& tiles, int64_t most, int64_t panel_rows) {
  std::vector<Batch> batches;
  for (int64_t t = 0; t < std::ssize(tiles); ++t) {
    const bool fresh = batches.empty() || batches.back().end - batches.back().begin == most ||
                       panels_of(tiles[static_cast<size_t>(t)], panel_rows) !=
                           panels_of(tiles[static_cast<size_t>(t - 1)], panel_rows);
    if (fresh) batches.push_back({t, t});
    batches.back().end = t + 1;
  }
  return batches;
}

ProbeLists place_probes(const std::vector<Pair>& probes, const std::vector<WorkTile>& tiles) {
  ProbeLists lists;
  lists.offsets.push_back(0);
  for (const WorkTile& work : tiles) {
    const Tile& tile = work.tile;
    // Row by row: where the next probe at or behind (i, first column) is.
    Pair from{tile.row_begin, tile.col_begin};
    while (from.i < tile.row_end) {
      const auto probe = std::ranges::lower_bound(probes, from);
      if (probe == probes.end() || probe->i >= tile.row_end) break;
      if (probe->j >= tile.col_end) {
        from = {probe->i + 1, tile.col_begin};
      } else if (probe->j < tile.col_begin) {
        from = {probe->i, tile.col_begin};
      } else {
        for (auto at = probe; at != probes.end() && *at == *probe; ++at) {
          lists.probes.push_back({at - probes.begin(), static_cast<int>(probe->i - tile.row_begin),
                                  static_cast<int>(probe->j - tile.col_begin)});
        }
        from = {probe->i, probe->j + 1};
      }
    }
    lists.offsets.push_back(std::ssize(lists.probes));
  }
  return lists;
}

}  // namespace gramian::cuda
