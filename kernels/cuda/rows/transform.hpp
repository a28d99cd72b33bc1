#pragma once
// Stored rows into transformed rows, on the device: the one place that does it, but for the linear map
// (map.hpp).

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "engine/rows.hpp"
#include "kernels/cuda/runtime/buffers.hpp"

namespace gramian::cuda {

/// A RowTransform in device memory.
struct DeviceTransform {
  DeviceTransform(const RowTransform& transform, cudaStream_t stream);
  DeviceBuffer<double> shift;
  DeviceBuffer<double> directions;
  DeviceBuffer<double> map;
  DeviceBuffer<double> recenter;
  int64_t direction_count = 0;
  int64_t mapped_dim = 0;  // of rows after the map; 0: there is none
  bool unit = false;
};

/// `count` stored rows, one after the other, of d elements each: row r is row first + r of `bytes`, or row index[r].
struct StoredRows {
  const std::byte* bytes = nullptr;
  ElementType type = ElementType::f32;
  const int64_t* index = nullptr;
  int64_t first = 0;
  int64_t count = 0;
  int64_t dim = 0;
};

/// The steps of a transform that are done.
enum class Steps : uint8_t {
  all,         // of a transform without a map
  before_map,  // shift and directions
  after_map,   // scaling and recentring, of rows that are mapped already
};

/// out (count x ld, ld >= d) gets the transformed rows, with zeros from d on; `norms`, unless null, the length of each
/// before the scaling: NaN or infinity for a bad row.
///
/// One warp a row. Every row is the same sequence of operations wherever it stands, so the same bits; up to the scaling
/// they are those of the host (engine/on_host/transformed_row.hpp).
void transform_rows(const StoredRows& rows, const DeviceTransform& transform, Steps steps, double* out, int64_t ld,
                    double* norms, cudaStream_t stream);

}  // namespace gramian::cuda
