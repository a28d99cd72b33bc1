#include "kernels/cpu/sweep/sweep.hpp"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "kernels/cpu/sweep/degrees.hpp"
#include "kernels/cpu/sweep/neighbors.hpp"
#include "kernels/cpu/sweep/rank_counts.hpp"
#include "kernels/cpu/sweep/reduce.hpp"
#include "kernels/cpu/sweep/tile.hpp"
#include "kernels/cpu/threads.hpp"

namespace gramian::cpu {
namespace {

template <class T>
SweepState run(const CpuUnitRows& rows, const SweepRequest& request, const TileGrid& grid, TileRange range, int threads,
               const Progress& progress) {
  SweepState total;
  if (request.dense) {
    total.dense.assign(static_cast<size_t>(checked_product(rows.rows(), rows.rows(), "dense cosines")),
                       std::numeric_limits<double>::quiet_NaN());
  }
  double* dense = request.dense ? total.dense.data() : nullptr;
  SharedBrackets<T> shared(request.brackets);
  std::optional<SharedNeighbors<T>> nearest;
  if (request.top_k > 0) nearest.emplace(rows.rows(), std::min(request.top_k, std::max<int64_t>(rows.rows() - 1, 0)));
  struct Worker {
    AlignedBuffer<T> cosines;
    TileReducer<T> reducer;
    std::optional<NeighborReducer<T>> neighbors;
    DegreeReducer<T> degrees;
    std::optional<RankCounter> ranks;
  };
  std::vector<std::unique_ptr<Worker>> workers(static_cast<size_t>(threads));
  const auto make_worker = [&] {
    auto worker = std::make_unique<Worker>(Worker{
        AlignedBuffer<T>(grid.edge() * grid.edge()), TileReducer<T>(request, rows.rows(), grid.edge(), shared, dense),
        std::nullopt, DegreeReducer<T>(request.thresholds, rows.rows(), grid.edge()), std::nullopt});
    if (request.ranks) worker->ranks.emplace(*request.ranks);
    if (nearest) worker->neighbors.emplace(*nearest, grid.edge());
    return worker;
  };
  const int64_t count = range.end - range.begin;
  parallel_for(
      threads, count,
      [&](int64_t item, int worker) {
        std::unique_ptr<Worker>& mine = workers[static_cast<size_t>(worker)];
        if (!mine) mine = make_worker();
        const Tile tile = grid.at(range.begin + item);
        form_tile(rows, tile, mine->cosines.data(), grid.edge());
        mine->reducer.consume(tile, mine->cosines.data(), grid.edge());
        mine->degrees.consume(tile, mine->cosines.data(), grid.edge());
        if (mine->ranks) mine->ranks->consume(tile, mine->cosines.data(), grid.edge());
        if (mine->neighbors) mine->neighbors->consume(tile, mine->cosines.data(), grid.edge());
      },
      [&](int64_t done) {
        if (progress.cancelled && progress.cancelled()) throw Interrupted("interrupted");
        if (progress.report) progress.report(done, count);
      });
  if (!workers[0]) workers[0] = make_worker();
  SweepState counts;
  for (const std::unique_ptr<Worker>& worker : workers) {
    if (!worker) continue;
    SweepState part = worker->reducer.finish();
    part.degrees = worker->degrees.take();
    if (worker->ranks) part.ranks = worker->ranks->take();
    merge(counts, std::move(part));
  }
  std::vector<BracketCounts> brackets = shared.take();
  for (size_t b = 0; b < brackets.size(); ++b) brackets[b].below = counts.brackets[b].below;
  counts.brackets = std::move(brackets);
  counts.dense = std::move(total.dense);
  if (nearest) counts.neighbors = nearest->take();
  return counts;
}

}  // namespace

int64_t preferred_tile_edge(CosineType type) {
  // The tile and a chunk of each operand stay in L2: edge² + 2 edge kChain elements, in three quarters of it.
  const long reported = ::sysconf(_SC_LEVEL2_CACHE_SIZE);
  const int64_t cache = std::clamp<int64_t>(reported > 0 ? reported : 0, 256 << 10, 2 << 20) / 4 * 3;
  const int64_t size = type == CosineType::f64 ? 8 : 4;
  int64_t edge = 2 * kPanel;
  while ((edge + kPanel) * (edge + kPanel + 2 * kChain) * size <= cache) edge += kPanel;
  return edge;
}

SweepState sweep(const CpuUnitRows& rows, const SweepRequest& request, const TileGrid& grid, TileRange range,
                 int threads, const Progress& progress) {
  if (grid.edge() % kPanel != 0) {
    throw InvalidUsage("the tile edge must be a multiple of " + std::to_string(kPanel));
  }
  if (grid.n() != rows.rows() || range.begin < 0 || range.end > grid.size() || range.begin > range.end) {
    throw InvalidUsage("the tiles to sweep are not tiles of this matrix");
  }
  return rows.cosine_type() == CosineType::f64 ? run<double>(rows, request, grid, range, threads, progress)
                                               : run<float>(rows, request, grid, range, threads, progress);
}

}  // namespace gramian::cpu
