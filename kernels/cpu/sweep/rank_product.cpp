#include "kernels/cpu/sweep/rank_product.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "engine/threads.hpp"
#include "kernels/cpu/sweep/rank_counts.hpp"
#include "kernels/cpu/sweep/tile.hpp"

namespace gramian::cpu {
namespace {

/// A bin's count and sum on one cache line, since both are wanted together.
struct Slot {
  uint64_t sum = 0;  // modulo 2^64
  uint64_t count = 0;
};

struct Worker {
  AlignedBuffer<double> cosines_a, cosines_b;  // room for either type
  std::vector<uint32_t> bins_a, bins_b;
  std::vector<Slot> slots;
};

template <class T>
void bins_of_row(const AlignedBuffer<double>& cosines, int64_t offset, int64_t count, const RankBins& ranks,
                 std::vector<uint32_t>& bins) {
  bins_of(reinterpret_cast<const T*>(cosines.data()) + offset, count, ranks, bins.data());
}

void form(const CpuUnitRows& rows, const Tile& tile, AlignedBuffer<double>& out, int64_t ld) {
  if (rows.cosine_type() == CosineType::f64) {
    form_tile(rows, rows, tile, out.data(), ld);
  } else {
    form_tile(rows, rows, tile, reinterpret_cast<float*>(out.data()), ld);
  }
}

/// Adds the tile whose cosines `worker` holds to its slots.
void add_tile(const RankSide& a, const RankSide& b, std::span<const int32_t> values_b, const Tile& tile, int64_t edge,
              Worker& worker) {
  const auto bins_of = [](const RankSide& side) {
    return as_cpu(side.rows).cosine_type() == CosineType::f64 ? bins_of_row<double> : bins_of_row<float>;
  };
  const int64_t width = tile.col_end - tile.col_begin;
  for (int64_t row = tile.row_begin; row < tile.row_end; ++row) {
    const int64_t skip = tile.diagonal ? row + 1 - tile.col_begin : 0;
    if (skip >= width) break;
    const int64_t offset = (row - tile.row_begin) * edge + skip;
    bins_of(a)(worker.cosines_a, offset, width - skip, a.bins, worker.bins_a);
    bins_of(b)(worker.cosines_b, offset, width - skip, b.bins, worker.bins_b);
    const uint32_t* const of_a = worker.bins_a.data();
    const uint32_t* const of_b = worker.bins_b.data();
    Slot* const slots = worker.slots.data();
    const int32_t* const values = values_b.data();
    for (int64_t k = 0; k < width - skip; ++k) {
      Slot& slot = slots[of_a[k]];
      slot.sum += static_cast<uint64_t>(int64_t{values[of_b[k]]});
      ++slot.count;
    }
  }
}

}  // namespace

RankSums rank_product(const RankSide& side_a, const RankSide& side_b, std::span<const int32_t> values_b,
                      const TileGrid& grid, TileRange range, int threads, const Progress& progress) {
  const CpuUnitRows& a = as_cpu(side_a.rows);
  const CpuUnitRows& b = as_cpu(side_b.rows);
  const RankBins& bins_a = side_a.bins;
  const int64_t edge = grid.edge();
  const bool wide_a = a.cosine_type() == CosineType::f64;
  const bool wide_b = b.cosine_type() == CosineType::f64;
  const auto doubles = [&](bool wide) { return wide ? edge * edge : (edge * edge + 1) / 2; };
  std::vector<std::unique_ptr<Worker>> workers(static_cast<size_t>(threads));
  const int64_t count = range.end - range.begin;
  parallel_for(
      threads, count,
      [&](int64_t item, int which) {
        std::unique_ptr<Worker>& mine = workers[static_cast<size_t>(which)];
        if (!mine) {
          mine = std::make_unique<Worker>(
              Worker{AlignedBuffer<double>(doubles(wide_a)), AlignedBuffer<double>(doubles(wide_b)),
                     std::vector<uint32_t>(static_cast<size_t>(edge)), std::vector<uint32_t>(static_cast<size_t>(edge)),
                     std::vector<Slot>(static_cast<size_t>(bins_a.bins()))});
        }
        const Tile tile = grid.at(range.begin + item);
        form(a, tile, mine->cosines_a, edge);
        form(b, tile, mine->cosines_b, edge);
        add_tile(side_a, side_b, values_b, tile, edge, *mine);
      },
      [&](int64_t done) { progress.step(done, count); });
  RankSums total;
  total.counts.assign(static_cast<size_t>(bins_a.bins()), 0);
  total.sums.assign(static_cast<size_t>(bins_a.bins()), 0);
  for (const std::unique_ptr<Worker>& worker : workers) {
    if (!worker) continue;
    RankSums part;
    for (const Slot& slot : worker->slots) {
      part.counts.push_back(slot.count);
      part.sums.push_back(static_cast<int64_t>(slot.sum));
    }
    merge(total, part);
  }
  return total;
}

}  // namespace gramian::cpu
