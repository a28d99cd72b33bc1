#include "kernels/cuda/fused/fused_batch.hpp"

#include "engine/narrow.hpp"

namespace gramian::cuda {

void FusedTiles::add(const Tile& tile, const RowRun& rows, const RowRun& columns, int64_t probes_begin,
                     int64_t probes_end) {
  FusedTile fused;
  fused.a = reinterpret_cast<const int8_t*>(rows.data);
  fused.b = reinterpret_cast<const int8_t*>(columns.data);
  fused.row_begin = tile.row_begin;
  fused.col_begin = tile.col_begin;
  fused.rows = narrow<int>(tile.row_end - tile.row_begin);
  fused.cols = narrow<int>(tile.col_end - tile.col_begin);
  fused.diagonal = tile.diagonal;
  fused.first_piece = pieces_;
  fused.probes_begin = probes_begin;
  fused.probes_end = probes_end;
  pieces_ += pieces_of(fused.rows, fused.cols);
  tiles_.push_back(fused);
}

FusedBatch FusedTiles::on_device(const FormLayout& layout, int64_t columns, cudaStream_t stream) {
  const auto count = std::ssize(tiles_);
  if (device_.size() < count) device_ = DeviceBuffer<FusedTile>(count, "a batch of tiles");
  copy_to_device(device_.data(), tiles_.data(), count, stream);
  FusedBatch batch;
  batch.tiles = device_.data();
  batch.count = narrow<int>(count);
  batch.pieces = pieces_;
  batch.slice = layout.padded;
  batch.columns = columns;
  return batch;
}

}  // namespace gramian::cuda
