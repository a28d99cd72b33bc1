#include "kernels/cuda/sweep/worklist.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_map>

namespace gramian::cuda {
namespace {

std::pair<int64_t, int64_t> panels_of(const WorkTile& work, PanelRows panels) {
  return {work.tile.row_begin / std::max<int64_t>(panels.rows, 1),
          work.tile.col_begin / std::max<int64_t>(panels.columns, 1)};
}

}  // namespace

std::vector<WorkTile> cut_tiles(const TileGrid& grid, TileRange range, int64_t edge, PanelRows panels) {
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
  std::ranges::stable_sort(
      tiles, {}, [panels](const WorkTile& work) { return std::pair(panels_of(work, panels), !work.tile.diagonal); });
  return tiles;
}

std::vector<Batch> cut_batches(const std::vector<WorkTile>& tiles, int64_t most, PanelRows panels) {
  std::vector<Batch> batches;
  for (int64_t t = 0; t < std::ssize(tiles); ++t) {
    const bool fresh =
        batches.empty() || batches.back().end - batches.back().begin == most ||
        panels_of(tiles[static_cast<size_t>(t)], panels) != panels_of(tiles[static_cast<size_t>(t - 1)], panels);
    if (fresh) batches.push_back({t, t});
    batches.back().end = t + 1;
  }
  return batches;
}

ProbeLists place_probes(const std::vector<Pair>& probes, const std::vector<WorkTile>& tiles, const TileGrid& grid,
                        int64_t edge) {
  ProbeLists lists;
  lists.offsets.assign(tiles.size() + 1, 0);
  if (probes.empty()) return lists;
  std::unordered_map<int64_t, size_t> numbers;  // of the tile that begins at (i, j), by i n + j
  const auto place = [&](int64_t i, int64_t j) { return i * grid.columns() + j; };
  for (size_t t = 0; t < tiles.size(); ++t) numbers.emplace(place(tiles[t].tile.row_begin, tiles[t].tile.col_begin), t);
  // Pieces are cut from where their tile of the grid begins.
  const auto start = [&](int64_t row) { return row - row % grid.edge() % edge; };
  constexpr size_t kNowhere = SIZE_MAX;
  std::vector<size_t> tile_of;
  tile_of.reserve(probes.size());
  for (const Pair& probe : probes) {
    const auto found = numbers.find(place(start(probe.i), start(probe.j)));
    tile_of.push_back(found == numbers.end() ? kNowhere : found->second);
    if (found != numbers.end()) ++lists.offsets[found->second + 1];
  }
  std::partial_sum(lists.offsets.begin(), lists.offsets.end(), lists.offsets.begin());
  lists.probes.resize(static_cast<size_t>(lists.offsets.back()));
  std::vector<int64_t> next(lists.offsets.begin(), lists.offsets.end() - 1);
  for (size_t p = 0; p < probes.size(); ++p) {
    if (tile_of[p] == kNowhere) continue;
    const Tile& tile = tiles[tile_of[p]].tile;
    lists.probes[static_cast<size_t>(next[tile_of[p]]++)] = {static_cast<int64_t>(p),
                                                             static_cast<int>(probes[p].i - tile.row_begin),
                                                             static_cast<int>(probes[p].j - tile.col_begin)};
  }
  return lists;
}

}  // namespace gramian::cuda
