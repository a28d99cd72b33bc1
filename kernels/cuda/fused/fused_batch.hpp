#pragma once
// The tiles of a batch on their way to the fused kernel.

#include <cstdint>
#include <vector>

#include "engine/sweep/tiles.hpp"
#include "kernels/cuda/fused/fused.hpp"
#include "kernels/cuda/rows/unit_rows.hpp"
#include "kernels/cuda/runtime/buffers.hpp"

namespace gramian::cuda {

class FusedTiles {
 public:
  /// What the device reads of them has to be done with.
  void clear() {
    tiles_.clear();
    pieces_ = 0;
  }
  /// `rows` and `columns` begin with the tile's.
  void add(const Tile& tile, const RowRun& rows, const RowRun& columns, int64_t probes_begin, int64_t probes_end);
  /// What `stream` copies is valid until the next clear().
  FusedBatch on_device(const FormLayout& layout, int64_t columns, cudaStream_t stream);

 private:
  std::vector<FusedTile> tiles_;
  DeviceBuffer<FusedTile> device_;
  int64_t pieces_ = 0;
};

}  // namespace gramian::cuda
