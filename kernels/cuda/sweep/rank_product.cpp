#include "kernels/cuda/sweep/rank_product.hpp"

#include <algorithm>
#include <vector>

#include "kernels/cuda/sweep/rank_sums.hpp"
#include "kernels/cuda/sweep/tile.hpp"
#include "kernels/cuda/sweep/worklist.hpp"

namespace gramian::cuda {
namespace {

/// One of the two spaces: where its rows are, and the tile of it that is being worked on.
template <class T>
class Space {
 public:
  Space(Device& device, const CudaUnitRows& rows, const RankBins& bins, int64_t edge, int64_t spare)
      : device_(device),
        rows_(rows),
        edge_(edge),
        access_(device, rows, edge, spare),
        former_(device, rows.layout(), edge),
        products_(edge * edge, "a tile"),
        cells_(on_device(bins.cells(), device.stream(), "rank bins")) {}
  int64_t panel_rows() const { return access_.panel_rows(); }
  void use_panels_of(int64_t rows) { access_.use_panels_of(rows); }
  DeviceRankBins bins() const { return {cells_.data()}; }
  TileView<T> form(const Tile& tile) {
    const auto rows = tile.row_end - tile.row_begin;
    const auto cols = tile.col_end - tile.col_begin;
    const RowRun x = access_.at(tile.row_begin, device_.stream());
    const RowRun y = access_.at(tile.col_begin, device_.stream());
    former_.form(x.data, y.data, std::min(rows_.tile_rows(edge_), x.rows), std::min(rows_.tile_rows(edge_), y.rows),
                 products_.data(), device_.stream());
    return {products_.data(), edge_,         static_cast<int>(rows), static_cast<int>(cols), tile.row_begin,
            tile.col_begin,   tile.diagonal, access_.scale(),        access_.scale()};
  }

 private:
  Device& device_;
  const CudaUnitRows& rows_;
  int64_t edge_;
  RowAccess access_;
  TileFormer former_;
  DeviceBuffer<T> products_;
  DeviceBuffer<uint32_t> cells_;
};

template <class A, class B>
RankSums run(Device& device, const RankSide& a, const RankSide& b, std::span<const int32_t> values_b,
             const TileGrid& grid, TileRange range, const Progress& progress) {
  device.use();
  const cudaStream_t stream = device.stream();
  const DeviceBuffer<int32_t> values = on_device(values_b, stream, "values of bins");
  auto slots = zeros<RankSlot>(a.bins.bins(), stream, "sums of bins");
  const int64_t tiles_bytes = 2 * grid.edge() * grid.edge() * int64_t{sizeof(double)};
  // Where neither space fits they share what there is.
  const CudaUnitRows& rows_b = as_cuda(b.rows);
  Space<A> first(device, as_cuda(a.rows), a.bins, grid.edge(), tiles_bytes + rows_b.bytes_wanted(device));
  Space<B> second(device, rows_b, b.bins, grid.edge(), tiles_bytes);
  const int64_t panel_rows = std::max<int64_t>(1, std::min(first.panel_rows(), second.panel_rows()));
  first.use_panels_of(panel_rows);
  second.use_panels_of(panel_rows);
  const int64_t total = range.end - range.begin;
  int64_t done = 0;
  for (const WorkTile& work : cut_tiles(grid, range, grid.edge(), {panel_rows, panel_rows})) {
    const TileView<A> of_a = first.form(work.tile);
    const TileView<B> of_b = second.form(work.tile);
    add_rank_products(of_a, first.bins(), of_b, second.bins(), values.data(), slots.data(), stream);
    progress.step(++done, total);
  }
  RankSums sums;
  for (const RankSlot& slot : on_host(slots, a.bins.bins(), stream)) {
    sums.counts.push_back(slot.count);
    sums.sums.push_back(static_cast<int64_t>(slot.sum));
  }
  return sums;
}

}  // namespace

RankSums rank_product_of(Device& device, const RankSide& a, const RankSide& b, std::span<const int32_t> values_b,
                         const TileGrid& grid, TileRange range, const Progress& progress) {
  const bool wide_a = a.rows.cosine_type() == CosineType::f64;
  const bool wide_b = b.rows.cosine_type() == CosineType::f64;
  const auto runs =
      wide_a ? (wide_b ? run<double, double> : run<double, float>) : (wide_b ? run<float, double> : run<float, float>);
  return runs(device, a, b, values_b, grid, range, progress);
}

}  // namespace gramian::cuda
