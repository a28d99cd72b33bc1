// Operations that a device's sweeps allow, tile by tile, by asking for every cosine of a tile.

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "engine/backend.hpp"
#include "engine/narrow.hpp"

namespace gramian {
namespace {

Probes cosines_of(const Tile& tile) {
  Probes probes;
  for (int64_t i = tile.row_begin; i < tile.row_end; ++i) {
    for (int64_t j = tile.diagonal ? i + 1 : tile.col_begin; j < tile.col_end; ++j) probes.pairs.push_back({i, j});
  }
  return probes;
}

/// The bin of every cosine, in the order of the pairs.
std::vector<int64_t> bins_of(const std::vector<double>& cosines, const RankSide& side) {
  std::vector<int64_t> bins;
  bins.reserve(cosines.size());
  const bool wide = side.rows.cosine_type() == CosineType::f64;
  for (const double x : cosines) bins.push_back(wide ? side.bins.bin(x) : side.bins.bin(static_cast<float>(x)));
  return bins;
}

}  // namespace

RankSums Backend::do_rank_product(const RankSide& a, const RankSide& b, std::span<const int32_t> values_b,
                                  const TileGrid& grid, TileRange range, const Progress& progress) {
  RankSums sums;
  sums.counts.assign(static_cast<size_t>(a.bins.bins()), 0);
  sums.sums.assign(sums.counts.size(), 0);
  for (int64_t t = range.begin; t < range.end; ++t) {
    const SweepRequest request = {cosines_of(grid.at(t))};
    const auto bins = [&](const RankSide& side) {
      SweepState state = nothing(request, shape_of(grid, side.rows.cosine_type()));
      do_sweep(side.rows, side.rows, request, grid, {t, t + 1}, state, {});
      return bins_of(state.of<Probes>(0).cosines, side);
    };
    const std::vector<int64_t> of_a = bins(a);
    const std::vector<int64_t> of_b = bins(b);
    for (size_t k = 0; k < of_a.size(); ++k) {
      const auto bin = static_cast<size_t>(of_a[k]);
      ++sums.counts[bin];
      sums.sums[bin] = static_cast<int64_t>(static_cast<uint64_t>(sums.sums[bin]) +
                                            static_cast<uint64_t>(int64_t{values_b[static_cast<size_t>(of_b[k])]}));
    }
    progress.step(t + 1 - range.begin, range.end - range.begin);
  }
  return sums;
}

CsrBand Backend::do_threshold_band(const UnitRows& rows, double threshold, int64_t begin, int64_t end) {
  std::vector<std::vector<std::pair<int32_t, float>>> reaching(static_cast<size_t>(end - begin));
  const auto note = [&](int64_t row, int64_t column, double cosine) {
    if (row < begin || row >= end) return;
    reaching[static_cast<size_t>(row - begin)].emplace_back(narrow<int32_t>(column), static_cast<float>(cosine));
  };
  const TileGrid grid = TileGrid::triangle(rows.rows(), do_tiling(rows, rows).edge);
  const auto touches = [&](int64_t from, int64_t to) { return from < end && to > begin; };
  for (int64_t t = 0; t < grid.size(); ++t) {
    const Tile tile = grid.at(t);
    if (!touches(tile.row_begin, tile.row_end) && !touches(tile.col_begin, tile.col_end)) continue;
    const Probes probes = cosines_of(tile);
    SweepState state = nothing({probes}, shape_of(grid, rows.cosine_type()));
    do_sweep(rows, rows, {probes}, grid, {t, t + 1}, state, {});
    for (size_t k = 0; k < probes.pairs.size(); ++k) {
      const double cosine = state.of<Probes>(0).cosines[k];
      if (!(cosine >= threshold)) continue;
      note(probes.pairs[k].i, probes.pairs[k].j, cosine);
      note(probes.pairs[k].j, probes.pairs[k].i, cosine);
    }
  }
  CsrBand band;
  band.offsets.push_back(0);
  for (auto& row : reaching) {
    std::ranges::sort(row);
    for (const auto& [column, cosine] : row) {
      band.columns.push_back(column);
      band.cosines.push_back(cosine);
    }
    band.offsets.push_back(std::ssize(band.columns));
  }
  return band;
}

BareSeconds Backend::do_bare_triangle_seconds(const UnitRows& rows, const Progress& progress) {
  const TileGrid grid = TileGrid::triangle(rows.rows(), do_tiling(rows, rows).edge);
  SweepState state;
  const auto start = std::chrono::steady_clock::now();
  do_sweep(rows, rows, {}, grid, {0, grid.size()}, state, progress);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return {seconds, seconds};
}

}  // namespace gramian
